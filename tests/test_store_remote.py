"""Layers in an object store: the same root, nothing that is not whole, nothing read that differs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medcorpus import storage
from medcorpus.build import Options, build
from medcorpus.engine import Inline, local
from medcorpus.errors import MedcorpusError, StorageError, UnknownNameError, VerificationError
from medcorpus.store import Store, make
from tests import s3
from tests.s3 import ObjectStore
from tests.test_store import CALLS, LAYER


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """Give an empty object store on the loopback."""
    for name, value in s3.KEYS.items():
        monkeypatch.setenv(name, value)
    CALLS.clear()
    with s3.serve() as running:
        yield running


def root_of(home: Path, store: str = "", workers: int = 1) -> str:
    options = Options(home=home, sample=True, workers=workers, store=store)
    return str(build("meds-ins", options).release.manifest["root"])


def after(requests: int, method: str, status: int) -> Callable[[str, str], int | None]:
    """Refuse every request of a method from some number on, as an object store whose client is dying sees it."""
    left = [requests]

    def fault(asked: str, key: str) -> int | None:
        left[0] -= asked == method
        return status if left[0] < 0 else None

    return fault


def test_object_store_gives_the_local_root(bucket: ObjectStore, checkout: Path, tmp_path: Path) -> None:
    assert root_of(tmp_path / "a", bucket.address) == root_of(tmp_path / "b")
    assert not list((tmp_path / "a").glob("layers/*/*"))
    assert bucket.named("manifest.json")


def test_processes_give_the_same_root_on_an_object_store(bucket: ObjectStore, tmp_path: Path) -> None:
    with local(2) as pool:
        [there] = make(Store(bucket.address), [LAYER], pool)
    [here] = make(Store(tmp_path), [LAYER], Inline())
    assert [p.sha256 for p in there.parts] == [p.sha256 for p in here.parts]
    assert there.frame(["id", "n"]).equals(here.frame(["id", "n"]))


def test_second_run_sends_nothing(bucket: ObjectStore) -> None:
    make(Store(bucket.address), [LAYER], Inline())
    bucket.requests.clear()
    make(Store(bucket.address), [LAYER], Inline())
    assert {method for method, _ in bucket.requests} == {"HEAD", "GET"}


@pytest.mark.parametrize("sent", range(7))
def test_client_that_dies_after_any_upload_leaves_nothing_half(bucket: ObjectStore, sent: int) -> None:
    store = Store(bucket.address)
    bucket.fault = after(sent, "PUT", 403)
    with pytest.raises(StorageError):
        make(store, [LAYER], Inline())
    bucket.fault = after(10**6, "PUT", 403)
    assert store.find(LAYER.key) is None
    [shards] = make(store, [LAYER], Inline())
    shards.verify()
    assert shards.frame(["n"])["n"].to_list() == list(range(30))


def test_part_with_its_receipt_is_not_made_again(bucket: ObjectStore) -> None:
    store = Store(bucket.address)
    bucket.fault = after(4, "PUT", 403)
    with pytest.raises(StorageError):
        make(store, [LAYER], Inline())
    bucket.fault = after(10**6, "PUT", 403)
    make(store, [LAYER], Inline())
    assert CALLS == [0, 10, 20, 20]


def test_part_without_receipt_does_not_exist(bucket: ObjectStore) -> None:
    store = Store(bucket.address)
    make(store, [LAYER], Inline())
    for name in [*bucket.named("manifest.json"), *bucket.named("part-00001.json")]:
        del bucket.objects[name]
    make(store, [LAYER], Inline())
    assert CALLS == [0, 10, 20, 10]


def test_object_that_was_changed_is_not_read(bucket: ObjectStore) -> None:
    [shards] = make(Store(bucket.address), [LAYER], Inline())
    [name] = bucket.named("part-00002.arrow")
    bucket.objects[name] = bucket.objects[name].replace(b"r25", b"r52")
    assert shards.table(0).num_rows == 10
    with pytest.raises(VerificationError, match="differs from its manifest"):
        shards.table(2)
    with pytest.raises(VerificationError, match="differs from its manifest"):
        shards.verify()


def test_part_is_fetched_once(bucket: ObjectStore, home: Path) -> None:
    [shards] = make(Store(bucket.address), [LAYER], Inline())
    first = shards.table(0)
    bucket.requests.clear()
    assert shards.table(0).equals(first)
    assert not bucket.requests
    assert [p.name for p in (home / "objects").iterdir()] == [shards.parts[0].sha256]


def test_object_that_vanished_is_an_error_and_then_made_again(bucket: ObjectStore) -> None:
    store = Store(bucket.address)
    [shards] = make(store, [LAYER], Inline())
    del bucket.objects[bucket.named("part-00001.arrow")[0]]
    with pytest.raises(VerificationError, match="not there any more"):
        shards.table(1)
    assert make(store, [LAYER], Inline())[0].rows == 30


def test_two_builds_of_the_same_do_each_other_no_harm(bucket: ObjectStore) -> None:
    store = Store(bucket.address)
    make(store, [LAYER], Inline())
    first = dict(bucket.objects)
    for name in bucket.named("manifest.json"):
        del bucket.objects[name]
    bucket.objects = {k: v for k, v in bucket.objects.items() if k.endswith(".arrow")}
    make(store, [LAYER], Inline())
    assert bucket.objects == first


def test_large_object_goes_up_in_parts_and_appears_whole(bucket: ObjectStore) -> None:
    held = storage.at(bucket.address)
    content = bytes(range(256)) * 2**16 + b"end"
    with held.writing("large") as path:
        path.write_bytes(content)
        assert "large" not in held.sizes("")
    assert held.read("large") == content
    assert [m for m, key in bucket.requests if key.endswith("large")].count("PUT") > 1


def test_block_that_fails_uploads_nothing(bucket: ObjectStore) -> None:
    with pytest.raises(ZeroDivisionError), storage.at(bucket.address).writing("part") as path:
        path.write_bytes(b"half")
        raise ZeroDivisionError
    assert not bucket.objects


def test_upload_of_which_a_part_is_lost_is_an_error(bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "received", lambda body: body[:-1])
    with pytest.raises(StorageError, match="5 bytes were sent and 4 are there"):
        storage.at(bucket.address).write("name", b"whole")


def test_refusal_names_the_object_and_what_to_do(bucket: ObjectStore) -> None:
    bucket.fault = after(0, "HEAD", 403)
    with pytest.raises(StorageError, match="ACCESS_DENIED") as error:
        storage.at(bucket.address).read("layers/x/manifest.json")
    assert error.value.where == "s3://corpora/layers-of-a-test/layers/x/manifest.json"
    assert "keys in the environment" in error.value.fix


@pytest.mark.parametrize("address", ["s3://AKIA:secret@b/x", "s3://b/x?access_key=AKIA&secret_key=secret"])
def test_address_with_a_key_is_refused_without_telling_it(address: str) -> None:
    with pytest.raises(StorageError) as error:
        storage.at(address)
    assert "secret@" not in str(error.value)
    assert "=secret" not in str(error.value)


def test_unknown_kind_of_storage_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 's3'"):
        storage.at("s3a://bucket/x")


@pytest.mark.parametrize("place", ["layers here", Path("layers here")])
def test_path_is_a_folder_wherever_it_is_looked_at_from(
    place: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = storage.at(place)
    monkeypatch.chdir("/")
    assert found.where("a") == str(tmp_path / "layers here" / "a")
    assert storage.at(f"file://{tmp_path}/layers here") == found


def test_home_that_is_an_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from medcorpus.home import home_folder

    monkeypatch.setenv("MEDCORPUS_HOME", "s3://bucket/home")
    with pytest.raises(MedcorpusError, match="--store"):
        home_folder()


def test_command_ends_without_a_word_of_the_client(bucket: ObjectStore, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "medcorpus.cli", "ingest", "frenchmedmcqa", "--sample"]
    command += ["--store", bucket.address, "--home", str(tmp_path), "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["path"].startswith("s3://corpora/layers-of-a-test/layers/")

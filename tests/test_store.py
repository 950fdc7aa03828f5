"""A layer is there whole or not at all; what was finished is not done again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from medcorpus import atomic, storage
from medcorpus.engine import Inline
from medcorpus.errors import LockedError, VerificationError
from medcorpus.store import Layer, Shards, Store, key_of, make, read_ipc, writing_ipc

SCHEMA = pa.schema([("id", pa.string()), ("n", pa.int32())])
CALLS: list[int] = []


def write_numbers(start: int, path: Path) -> Mapping[str, Any]:
    """Write ten rows."""
    CALLS.append(start)
    with writing_ipc(path, SCHEMA) as writer:
        rows = range(start, start + 10)
        writer.write_table(pa.table({"id": [f"r{i}" for i in rows], "n": pa.array(rows, pa.int32())}, schema=SCHEMA))
    return {"start": start}


def write_doubled(start: int, path: Path) -> Mapping[str, Any]:
    """Write a column over the rows of `write_numbers`."""
    with writing_ipc(path, pa.schema([("twice", pa.int32())])) as writer:
        writer.write_table(pa.table({"twice": pa.array([2 * i for i in range(start, start + 10)], pa.int32())}))
    return {}


def fail_at_second(start: int, path: Path) -> Mapping[str, Any]:
    """Write the first part and fail at the second."""
    if start:
        raise OSError("no space left")
    return write_numbers(start, path)


LAYER = Layer(recipe={"kind": "numbers"}, jobs=(0, 10, 20), write=write_numbers)


@pytest.fixture
def store(home: Path) -> Store:
    CALLS.clear()
    return Store(home)


def path_of(shards: Shards, index: int) -> Path:
    return Path(shards.where, shards.parts[index].name)


def test_rows_come_back_in_order(store: Store) -> None:
    [shards] = make(store, [LAYER], Inline())
    assert shards.frame(["n"])["n"].to_list() == list(range(30))


def test_second_run_is_a_lookup(store: Store) -> None:
    make(store, [LAYER], Inline())
    make(store, [LAYER], Inline())
    assert CALLS == [0, 10, 20]


def test_layer_without_manifest_does_not_exist(store: Store) -> None:
    with pytest.raises(OSError, match="no space"):
        make(store, [Layer(recipe=LAYER.recipe, jobs=LAYER.jobs, write=fail_at_second)], Inline())
    assert store.find(LAYER.key) is None


def test_finished_part_is_not_redone(store: Store) -> None:
    with pytest.raises(OSError, match="no space"):
        make(store, [Layer(recipe=LAYER.recipe, jobs=LAYER.jobs, write=fail_at_second)], Inline())
    make(store, [LAYER], Inline())
    assert CALLS == [0, 10, 20]


def test_damaged_part_is_redone(store: Store) -> None:
    with pytest.raises(OSError, match="no space"):
        make(store, [Layer(recipe=LAYER.recipe, jobs=LAYER.jobs, write=fail_at_second)], Inline())
    path = Path(store.storage.where(store.folder(LAYER.key)), "part-00000.arrow")
    path.write_bytes(path.read_bytes().replace(b"r3", b"r4"))
    [shards] = make(store, [LAYER], Inline())
    assert CALLS == [0, 0, 10, 20]
    shards.verify()


def test_orphans_of_killed_writers_are_swept(store: Store) -> None:
    folder = Path(store.storage.where(store.folder(LAYER.key)))
    folder.mkdir(parents=True)
    (folder / ".part-00000.arrow.abc.tmp").write_bytes(b"half")
    make(store, [LAYER], Inline())
    assert not list(folder.glob(".*.tmp"))


def test_vanished_part_makes_the_layer_unknown(store: Store) -> None:
    [shards] = make(store, [LAYER], Inline())
    path_of(shards, 1).unlink()
    assert store.find(LAYER.key) is None
    make(store, [LAYER], Inline())
    assert CALLS == [0, 10, 20, 10]


def test_verify_finds_a_flipped_bit(store: Store) -> None:
    [shards] = make(store, [LAYER], Inline())
    data = bytearray(path_of(shards, 0).read_bytes())
    data[len(data) // 2] ^= 1
    path_of(shards, 0).write_bytes(data)
    with pytest.raises(VerificationError, match="differs from its manifest"):
        shards.verify()


def test_column_layer_stands_beside_the_rows(store: Store) -> None:
    doubled = Layer(recipe={"kind": "doubled"}, jobs=LAYER.jobs, write=write_doubled)
    base, columns = make(store, [LAYER, doubled], Inline())
    table = base.over(columns).table(2)
    assert table.column("twice").to_pylist() == [2 * n for n in table.column("n").to_pylist()]


def test_truncated_arrow_file_is_an_error_not_fewer_rows(store: Store) -> None:
    [shards] = make(store, [LAYER], Inline())
    path = path_of(shards, 0)
    whole = path.read_bytes()
    for size in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:size])
        with pytest.raises(VerificationError):
            read_ipc(path)


def test_second_builder_waits_and_then_says_who_holds_the_lock(store: Store) -> None:
    with store.lock("k"), pytest.raises(LockedError, match="being built by process") as error, store.lock("k", 0.05):
        pass
    assert error.value.exit_code == 75


def test_who_waits_is_told_for_whom(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(storage, "SILENT_SECONDS", 0.01)
    with store.lock("k"), pytest.raises(LockedError), store.lock("k", 0.05):
        pass
    assert f"is being built by process {os.getpid()}" in caplog.text


def test_key_depends_on_every_value_and_on_no_order() -> None:
    assert key_of({"a": 1, "b": [1, 2]}) == key_of({"b": [1, 2], "a": 1})
    assert key_of({"a": 1, "b": [1, 2]}) != key_of({"a": 1, "b": [2, 1]})


def test_interrupted_write_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    atomic.write_json(path, {"v": 1})
    with pytest.raises(RuntimeError), atomic.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert json.loads(path.read_text()) == {"v": 1}
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".file")] == []


def test_every_file_is_synced_before_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    rename = Path.replace

    def watched(self: Path, target: Path) -> Path:
        order.append("rename")
        return rename(self, target)

    monkeypatch.setattr(atomic, "sync", lambda p: order.append("folder" if p.is_dir() else "file"))
    monkeypatch.setattr(Path, "replace", watched)
    atomic.write_text(tmp_path / "a", "x")
    assert order == ["file", "rename", "folder"]

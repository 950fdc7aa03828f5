"""Promises: kill a build anywhere, run it again: the same root hash; the root depends on rows alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from medcorpus import release
from medcorpus.store import sha256_of

CHECKOUT = Path(__file__).resolve().parent.parent
KILLS = 10 if os.environ.get("MEDCORPUS_ALL_FAULTS") else 3
"""Kills by seed; each is followed by a build that ends."""
SEEDS = (1, 2, 3)
DEFAULT = (1, 16 * 2**20, 8192)


def start(
    home: Path, product: str, shape: tuple[int, int, int], env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.build_child", str(home), product, *map(str, shape)]
    child = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready", child.stderr and child.stderr.read()
    return child


def finish(child: subprocess.Popen[str]) -> str:
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err
    return out.strip()


def kill(child: subprocess.Popen[str]) -> None:
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def assert_only_whole_things_are_listed(home: Path) -> None:
    for path in home.glob("layers/*/manifest.json"):
        for part in json.loads(path.read_text())["parts"]:
            assert sha256_of(path.parent / part["name"]) == part["sha256"]
    for path in home.glob("releases/*/[!.]*/manifest.json"):
        release.open_release(path.parent).verify()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    """Build once without a kill: the root, and how long it takes."""
    child = start(tmp_path_factory.mktemp("whole"), "meds-ins", DEFAULT)
    begin = time.perf_counter()
    return finish(child), time.perf_counter() - begin


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_builds_end_in_the_same_root(seed: int, whole: tuple[str, float], tmp_path: Path) -> None:
    root, seconds = whole
    moments = random.Random(seed)
    for number in range(KILLS):
        home = tmp_path / str(number)
        child = start(home, "meds-ins", DEFAULT)
        time.sleep(moments.uniform(0, seconds))
        kill(child)
        assert_only_whole_things_are_listed(home)
        assert finish(start(home, "meds-ins", DEFAULT)) == root
        assert_only_whole_things_are_listed(home)


def test_build_killed_again_and_again_gets_there(whole: tuple[str, float], tmp_path: Path) -> None:
    root, seconds = whole
    moments = random.Random(4)
    for _ in range(5):
        child = start(tmp_path, "meds-ins", (2, 4096, 8192))
        time.sleep(moments.uniform(0, seconds))
        kill(child)
        assert_only_whole_things_are_listed(tmp_path)
    assert finish(start(tmp_path, "meds-ins", (2, 4096, 8192))) == root


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_do_not_change_the_root(workers: int, whole: tuple[str, float], tmp_path: Path) -> None:
    assert finish(start(tmp_path, "meds-ins", (workers, 1, 8192))) == whole[0]


def test_workers_and_parts_do_not_change_the_root_of_stages_over_all_rows(tmp_path: Path) -> None:
    one = finish(start(tmp_path / "one", "mmedc", DEFAULT))
    assert finish(start(tmp_path / "two", "mmedc", (2, 1, 3), {"PYTHONHASHSEED": "7"})) == one


@pytest.mark.parametrize("seed", ["0", "1", "31337"])
def test_hash_seed_does_not_change_the_root(seed: str, whole: tuple[str, float], tmp_path: Path) -> None:
    assert finish(start(tmp_path, "meds-ins", DEFAULT, {"PYTHONHASHSEED": seed})) == whole[0]


@pytest.mark.parametrize("batch_rows", [1, 3])
def test_batch_size_does_not_change_the_root(batch_rows: int, whole: tuple[str, float], tmp_path: Path) -> None:
    assert finish(start(tmp_path, "meds-ins", (1, 1, batch_rows))) == whole[0]


def test_locale_time_zone_and_threads_do_not_change_the_root(whole: tuple[str, float], tmp_path: Path) -> None:
    env = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "POLARS_MAX_THREADS": "1"}
    assert finish(start(tmp_path, "meds-ins", DEFAULT, env)) == whole[0]

"""Ray runs the same jobs: the root is the local one, whatever dies on the way."""

from __future__ import annotations

import importlib
import importlib.util
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medcorpus import engine, ingest
from medcorpus.build import Options, build
from medcorpus.errors import FormatError
from tests import s3

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install -e '.[ray]'"),
]
WHOLE, LIGHT = "mmedc", "meds-bench"
"""The product with all stages, and one with few."""
PARTS_OF = 1
"""Bytes of a part: every raw file is one of its own, so that there are many jobs."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Give a cluster of two nodes with one processor each."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.KEYS.items():
            patch.setenv(name, value)  # the nodes' processes have the environment they are started with
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_health_check_period_ms", "500")
        cluster_utils: Any = importlib.import_module("ray.cluster_utils")
        running = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        running.add_node(num_cpus=1)
        yield running
        running.shutdown()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "PART_BYTES", PARTS_OF)


@pytest.fixture(scope="module")
def light_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    return root_of(LIGHT, Options(home=tmp_path_factory.mktemp("local"), sample=True, workers=1))


def root_of(product: str, options: Options, watch: Callable[[str, int, int], None] | None = None) -> str:
    return str(build(product, options, watch).release.manifest["root"])


def refuse_odd(number: int) -> int:
    """Double even numbers."""
    if number % 2:
        raise FormatError(f"{number} is odd", where="here", fix="take another")
    return 2 * number


def process_of(number: int) -> int:
    """Tell which process runs the job."""
    return os.getpid()


def note_start(job: tuple[Path, str, int]) -> int:
    """Leave a file that says where the job was started; on the node that is to be killed, wait for that."""
    folder, doomed, number = job
    ray: Any = importlib.import_module("ray")
    node = ray.get_runtime_context().get_node_id()
    (folder / f"{number}-{node}-{uuid.uuid4().hex}").touch()
    if node == doomed:
        time.sleep(60)
    elif not (folder / "killed").exists():
        time.sleep(0.2)
    return number


def test_two_nodes_give_the_local_root(cluster: Any, tmp_path: Path) -> None:
    local_root = root_of(WHOLE, Options(home=tmp_path / "local", sample=True, workers=1))
    there = Options(home=tmp_path / "ray", sample=True, engine="ray", address=cluster.address)
    assert root_of(WHOLE, there) == local_root


def test_two_nodes_on_an_object_store_give_the_local_root(
    cluster: Any, light_root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.KEYS.items():
        monkeypatch.setenv(name, value)
    with s3.serve() as bucket:
        options = Options(home=tmp_path, sample=True, engine="ray", address=cluster.address, store=bucket.address)
        assert root_of(LIGHT, options) == light_root


@pytest.fixture(scope="module")
def ray(cluster: Any) -> Iterator[engine.Engine]:
    """Give an engine on the cluster."""
    with engine.opened("ray", 8, cluster.address) as opened:
        yield opened


def test_results_come_in_the_order_of_the_jobs(ray: engine.Engine) -> None:
    assert ray.map(refuse_odd, range(0, 40, 2)) == list(range(0, 80, 4))


def test_jobs_run_in_other_processes(ray: engine.Engine) -> None:
    assert os.getpid() not in ray.map(process_of, [1, 2, 3])


def test_error_of_a_job_is_the_jobs_own(ray: engine.Engine) -> None:
    with pytest.raises(FormatError) as error:
        ray.map(refuse_odd, [2, 3, 4])
    assert str(error.value) == "here: 3 is odd - take another"


def test_every_finished_job_is_told(ray: engine.Engine) -> None:
    told: list[tuple[int, int]] = []
    ray.map(refuse_odd, [2, 4, 6], lambda done, jobs: told.append((done, jobs)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_jobs_of_a_killed_node_are_done_again(cluster: Any, ray: engine.Engine, tmp_path: Path) -> None:
    doomed = cluster.add_node(num_cpus=2)

    def kill_when_it_works() -> None:
        while not list(tmp_path.glob(f"*-{doomed.node_id}-*")):
            time.sleep(0.1)
        cluster.remove_node(doomed, allow_graceful=False)
        (tmp_path / "killed").touch()

    killer = threading.Thread(target=kill_when_it_works, daemon=True)
    killer.start()
    results = ray.map(note_start, [(tmp_path, doomed.node_id, number) for number in range(200)])
    killer.join()
    assert results == list(range(200))
    [*lost] = tmp_path.glob(f"*-{doomed.node_id}-*")
    assert all(len(list(tmp_path.glob(f"{file.name.split('-')[0]}-*"))) > 1 for file in lost)


def test_node_killed_on_the_way_changes_nothing(cluster: Any, light_root: str, tmp_path: Path) -> None:
    doomed = cluster.add_node(num_cpus=2)
    killed: list[str] = []

    def kill(what: str, done: int, jobs: int) -> None:
        if what == "read" and done == 3 and not killed:
            cluster.remove_node(doomed, allow_graceful=False)
            killed.append(f"{done} of {jobs}")

    options = Options(home=tmp_path, sample=True, engine="ray", address=cluster.address, workers=8)
    assert root_of(LIGHT, options, kill) == light_root
    assert killed

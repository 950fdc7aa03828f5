"""Whatever runs the jobs: results in the jobs' order, every finished job told, the job's own error."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from medcorpus import engine, on_ray
from medcorpus.errors import EngineError, FormatError, MedcorpusError, MissingExtraError


def halve(number: int) -> float:
    """Halve a number; zero is refused."""
    if not number:
        raise FormatError("zero", where="job", fix="take another")
    return number / 2


def end(number: int) -> None:
    """End the process that runs the job."""
    os.kill(os.getpid(), signal.SIGKILL)


def same(value: object) -> object:
    """Give back what was sent."""
    return value


@pytest.fixture(scope="module", params=[1, 2], ids=["this process", "processes"])
def running(request: pytest.FixtureRequest) -> Iterator[engine.Engine]:
    with engine.opened("local", request.param) as opened:
        yield opened


def test_results_come_in_the_order_of_the_jobs(running: engine.Engine) -> None:
    assert running.map(halve, range(2, 20, 2)) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_every_finished_job_is_told(running: engine.Engine) -> None:
    told: list[tuple[int, int]] = []
    running.map(halve, [1, 2, 3], lambda done, jobs: told.append((done, jobs)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_jobs_no_results(running: engine.Engine) -> None:
    assert running.map(halve, []) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_error_of_a_job_is_the_jobs_own(workers: int) -> None:
    with engine.opened("local", workers) as opened, pytest.raises(FormatError) as error:
        opened.map(halve, [2, 0, 4])
    assert str(error.value) == "job: zero - take another"


def test_killed_process_is_told_with_what_to_do() -> None:
    with engine.opened("local", 2) as pool, pytest.raises(EngineError, match="killed - it probably took more memory"):
        pool.map(end, [1, 2])


def test_ray_that_is_not_installed_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'medcorpus\[ray\]'"), engine.opened("ray", 1):
        pass


def test_address_without_ray_is_refused() -> None:
    with pytest.raises(MedcorpusError, match="add --engine ray"), engine.opened("local", 1, "127.0.0.1:6379"):
        pass


def test_job_runs_where_everything_is_the_same() -> None:
    assert on_ray.run_alike(same, "job", on_ray.fingerprint()) == "job"


@pytest.mark.parametrize("name", ["python", "polars", "pyarrow", "code"])
def test_job_does_not_run_where_something_differs(name: str) -> None:
    wanted = on_ray.fingerprint() | {name: "0.1"}
    with pytest.raises(EngineError, match=f"set up differently: {name} .* instead of 0.1"):
        on_ray.run_alike(same, "job", wanted)

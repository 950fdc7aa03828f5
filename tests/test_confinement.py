"""`medcorpus check` runs the code of a source where it can do no harm, and says which rule stopped it, and where."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partialmethod
from pathlib import Path

import pytest

from medcorpus import contract
from medcorpus.confinement import kernel
from medcorpus.confinement.checking import told
from medcorpus.confinement.child import Stopped
from medcorpus.confinement.limits import Limits
from medcorpus.confinement.rules import RULES
from tests import checkout as tiny
from tests.commandline import run

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux")
READ = 'def read(path: Path) -> Iterator[Item]:\n    """Read the one file."""\n'


def evil(folder: Path, when_read: str = "pass", when_imported: str = "", name: str = "evil") -> str:
    """Write a source that does something else as well."""
    source = folder / "sources" / name
    source.mkdir()
    (source / "__init__.py").touch()
    text = tiny.SOURCE.replace(READ, f"{when_imported}\n\n\n{READ}    {when_read}\n").replace(tiny.NAME, name)
    (source / "source.py").write_text(text, encoding="utf-8")
    for part in ("cite.bib", "sample/questions.jsonl", f"phrasings/{name}_qa.txt"):
        (source / part).parent.mkdir(exist_ok=True)
        original = folder / "sources" / tiny.NAME / part.replace(name, tiny.NAME)
        (source / part).write_bytes(original.read_bytes())
    tiny.forget_sources()
    return name


def problem_of(name: str, *options: object) -> str:
    """Check a source that is stopped, and give what is said of it."""
    found = json.loads(run("check", name, *options, "--format", "json", code=1).stdout)["sources"][name]
    assert list(found) == ["stopped"]
    (problem,) = found["stopped"]
    assert isinstance(problem, str)
    return problem


HARM = {
    "a connection": ("network", "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"),
    "a look-up of a host": ("network", "import socket; socket.getaddrinfo('example.org', 80)"),
    "a download": ("network", "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')"),
    "httpx": ("network", "import httpx; httpx.get('http://192.0.2.1/')"),
    "a new file": ("writing", "open('{home}/new', 'w')"),
    "a new file by its descriptor": ("writing", "import os; os.open('{home}/new', os.O_CREAT | os.O_WRONLY)"),
    "a file appended to": ("writing", "(path.parent / 'questions.jsonl').open('a')"),
    "a folder": ("writing", "Path('{home}/new').mkdir()"),
    "a link": ("writing", "Path('{home}/new').symlink_to(path)"),
    "a move": ("writing", "Path('{home}/precious').rename('{home}/new')"),
    "a file deleted": ("writing", "Path('{home}/precious').unlink()"),
    "a file behind a link deleted": (
        "writing",
        "import os; os.symlink('{home}', 'link'); os.remove('link/precious')",
    ),
    "a folder deleted": ("writing", "import shutil; shutil.rmtree('{home}')"),
    "a mode changed": ("writing", "Path('{home}/precious').chmod(0o777)"),
    "a program": ("programs", "import subprocess; subprocess.run(['true'])"),
    "a shell": ("programs", "import os; os.system('true')"),
    "a process": ("programs", "import os; os.fork()"),
    "another program in its place": ("programs", "import os; os.execv('/bin/true', ['true'])"),
    "the end of the parent": ("signals", "import os; os.kill(os.getppid(), 9)"),
    "the C library": ("native code", "import ctypes; ctypes.CDLL(None)"),
    "Python's own functions": ("native code", "import ctypes; ctypes.pythonapi.PyRun_SimpleString"),
    "more memory": ("interpreter", "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"),
    "the hook looked for": ("interpreter", "import gc; gc.get_objects()"),
    "an error that is swallowed": (
        "network",
        "import contextlib, socket\n    with contextlib.suppress(BaseException): socket.socket()",
    ),
    "ten gigabytes": ("memory", "bytearray(10 * 2**30)"),
    "ten gigabytes, row by row": ("memory", "held = [bytearray(2**28) for _ in range(40)]"),
    "ten gigabytes in C": ("memory", "import numpy; numpy.ones(10 * 2**30, dtype='u1')"),
    "an early end": ("crash", "import os; os._exit(0)"),
    "a crash": ("crash", "import ctypes; ctypes.string_at(0)"),
}


@pytest.mark.parametrize("harm", HARM)
def test_harm_is_stopped(harm: str, checkout: Path, tmp_path: Path) -> None:
    rule, code = HARM[harm]
    home = tmp_path / "precious"
    home.mkdir()
    (home / "precious").write_text("all I have", encoding="utf-8")
    name = evil(checkout, code.format(home=home))
    told = problem_of(name)
    assert told.startswith(f"{rule}: ")
    assert told.endswith(RULES[rule])
    if rule != "crash":
        lines = (checkout / "sources" / name / "source.py").read_text(encoding="utf-8").splitlines()
        expected = next(
            number for number, line in enumerate(lines, 1) if code.format(home=home).splitlines()[-1] in line
        )
        assert f"{checkout / 'sources' / name / 'source.py'} line {expected} - " in told
    assert sorted(p.name for p in home.iterdir()) == ["precious"]
    assert (home / "precious").read_text(encoding="utf-8") == "all I have"


@pytest.mark.parametrize(
    ("when_read", "when_imported"),
    [
        ("while True: pass", ""),
        ("import itertools; sum(itertools.repeat(1))", ""),
        ("import time; time.sleep(1000)", ""),
        ("pass", "while True:\n    pass"),
    ],
)
def test_endless_loop_is_stopped(when_read: str, when_imported: str, checkout: Path) -> None:
    name = evil(checkout, when_read, when_imported)
    told = problem_of(name, "--seconds", 1)
    assert told.startswith("time: not done in 1 seconds at ")
    assert f"{checkout / 'sources' / name / 'source.py'} line " in told


def test_a_full_disk_is_stopped(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "__init__", partialmethod(Limits.__init__, folder=2**20))
    code = "import time; Path('big').write_bytes(bytes(2**21)); time.sleep(60)"
    name = evil(checkout, code)
    told = problem_of(name)
    assert told.startswith("disk: more than 0.000977 GB in its folder at ")
    assert f"{checkout / 'sources' / name / 'source.py'} line " in told


def test_a_huge_file_is_refused(checkout: Path) -> None:
    name = evil(checkout, "f = open('big', 'wb')\n    for _ in range(300): f.write(bytes(2**20))")
    found = json.loads(run("check", name, "--format", "json", code=1).stdout)["sources"][name]
    assert any("OSError" in problem for problem in found["reads"])


def test_harm_at_import_is_stopped(checkout: Path) -> None:
    told = problem_of(evil(checkout, when_imported="import socket\nsocket.socket()"))
    assert told.startswith("network: socket.__new__")


def test_harm_of_a_thread_is_stopped(checkout: Path) -> None:
    code = "import os, threading; t = threading.Thread(target=os.system, args=('true',)); t.start(); t.join()"
    assert problem_of(evil(checkout, code)).startswith("programs: os.system true")


def test_sources_after_one_that_is_stopped_are_checked(checkout: Path) -> None:
    first, last = evil(checkout, "import os; os.system('true')", name="bad"), evil(checkout, name="worse")
    run("check", tiny.NAME, "--update")
    result = run("check", first, tiny.NAME, last, code=1)
    assert f"{tiny.NAME} passes {len(contract.CHECKS)} checks" in result.stdout
    assert "stopped  FAILS  programs: os.system" in result.stdout
    assert f"{last} 1 of {len(contract.CHECKS)} checks fail" in result.stdout
    assert "checks fail for bad, worse" in result.stderr


def test_what_a_source_may_do(checkout: Path) -> None:
    code = (
        "import tempfile, pathlib, threading\n"
        "    with tempfile.TemporaryDirectory() as f: pathlib.Path(f, 'x').write_text('x'); print('said')\n"
        "    threading.Thread(target=len, args=('',)).start()"
    )
    name = evil(checkout, code)
    assert run("check", name, "--update").stdout.startswith("written  ")


def test_no_token_reaches_a_source(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    name = evil(checkout, "import os; assert 'secret' not in os.environ.values()")
    assert run("check", name, "--update").exit_code == 0


def test_update_cannot_name_another_file(checkout: Path) -> None:
    name = evil(checkout, "raise ValueError")
    run("check", name, "--update", code=1)
    assert not list(checkout.rglob("expected.jsonl"))


BEHIND = {
    "written by Arrow": "import pyarrow as pa; pa.OSFile('{home}/new', 'wb')",
    "written by Polars": "import polars as pl; pl.DataFrame({{'a': [1]}}).write_parquet('{home}/new')",
    "deleted relative to a descriptor": "import os; os.remove('precious', dir_fd=os.open('{home}', os.O_RDONLY))",
    "read": "Path('{home}/precious').read_text()",
    "processes started": "import multiprocessing as m; m.get_context('spawn').Process().start()",
}


@ON_LINUX
@pytest.mark.parametrize("harm", BEHIND)
def test_harm_behind_the_hook_is_refused(harm: str, checkout: Path, tmp_path: Path) -> None:
    home = tmp_path / "precious"
    home.mkdir()
    (home / "precious").write_text("all I have", encoding="utf-8")
    found = json.loads(run("check", evil(checkout, BEHIND[harm].format(home=home)), "--format", "json", code=1).stdout)
    if "landlock" not in found["walls"]:
        pytest.skip("this kernel has no Landlock")
    assert "ermission" in found["sources"]["evil"]["reads"][0]
    assert [p.read_text(encoding="utf-8") for p in home.iterdir()] == ["all I have"]


UNHOOKED = """
import os, sys, errno
from pathlib import Path
from medcorpus.confinement import kernel
from medcorpus.confinement.limits import Limits
import socket, resource, threading
walls = kernel.confine(Path("inside").resolve(), [Path(p) for p in sys.path if p] + [Path("/usr")], Limits(), 1)
def attempt(name, act):
    try:
        act()
    except (OSError, ValueError) as error:
        print(name, "refused")
    else:
        print(name, "done")
Path("inside/new").write_text("x"); Path("inside/new").unlink()
thread = threading.Thread(target=len, args=("",)); thread.start(); thread.join()
resource.getrlimit(resource.RLIMIT_AS)
print(",".join(walls))
attempt("socket", socket.socket)
attempt("pair", socket.socketpair)
attempt("fork", os.fork)
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("exec", lambda: os.execv("/bin/true", ["true"]))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("mode", lambda: os.chmod("file", 0o777))
attempt("time", lambda: os.utime("file"))
attempt("limit", lambda: resource.setrlimit(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS)))
attempt("write", lambda: Path("file").write_text("x"))
attempt("read", lambda: Path("file").read_text())
attempt("delete", lambda: Path("file").unlink())
attempt("move in", lambda: Path("file").rename("inside/file"))
attempt("pipe", lambda: os.mkfifo("fifo"))
"""


@ON_LINUX
def test_kernel_refuses_without_the_hook(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-c", UNHOOKED], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    walls = said[0].split(",")
    if not {"landlock", "seccomp"} <= set(walls):
        pytest.skip(f"this kernel only has {walls}")
    assert [line for line in said[1:] if not line.endswith(" refused")] == []
    assert len(said) == 15
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("machine", kernel.MACHINES)
def test_filter_is_a_sound_program(machine: str) -> None:
    steps = list(kernel.program(*kernel.MACHINES[machine]))
    for place, (operation, true, false, _) in enumerate(steps):
        if operation in (kernel.JUMP_EQUAL, kernel.JUMP_ABOVE):
            assert place + 1 + max(true, false) < len(steps)
    assert steps[-1][0] == kernel.RETURN
    assert len(steps) < 256


def test_a_rule_that_is_not_known_is_told_all_the_same() -> None:
    assert told(Stopped("made up", "x", "")) == "made up: x - see CONTRIBUTING.md"

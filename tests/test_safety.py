"""What the code must not contain, and which way its imports may go: read off the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import medcorpus
from medcorpus import registry

PACKAGE = Path(medcorpus.__file__).parent
SOURCES = registry.folder()
MODULES = sorted({*PACKAGE.rglob("*.py"), *SOURCES.rglob("*.py")})
BANNED_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "jinja2", "cloudpickle"}
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}
UNORDERED = {"group_by": "maintain_order", "unique": "maintain_order"}


def name_of(path: Path) -> str:
    root = PACKAGE if path.is_relative_to(PACKAGE) else SOURCES.parent
    return path.relative_to(root).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def imports(path: Path) -> set[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""), node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_that_runs_data(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & BANNED_MODULES


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_call_that_runs_text(path: Path) -> None:
    for name, call in calls(path):
        is_plain = isinstance(call.func, ast.Name)
        assert not (is_plain and name in BANNED_CALLS), f"line {call.lineno} calls {name}"
        assert not any(k.arg == "shell" for k in call.keywords), f"line {call.lineno} asks for a shell"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=name_of)
def test_no_unordered_grouping(path: Path) -> None:
    for name, call in calls(path):
        wanted = None if ast.unparse(call.func).startswith("np.") else UNORDERED.get(name)  # NumPy sorts
        assert not wanted or any(k.arg == wanted for k in call.keywords), f"line {call.lineno}: {name} without {wanted}"


ARROWS = {
    "records.py": {"source", "store", "stage", "product", "release", "load"},
    "source.py": {"store", "ingest", "stage", "product", "release", "loading", "build"},
    "store.py": {"source", "registry", "records", "stage", "product", "release", "loading", "build"},
    "stage.py": {"product", "products", "release", "loading", "build"},
    "product.py": {"release", "loading", "build", "products"},
    "release.py": {"loading", "build"},
    "ingest.py": {"stage", "product", "products", "release", "loading", "build"},
}


@pytest.mark.parametrize("module", ARROWS)
def test_arrows_go_one_way(module: str) -> None:
    found = {
        name.removeprefix("medcorpus.").split(".")[0] for name in imports(PACKAGE / module) if "medcorpus." in name
    }
    assert not found & ARROWS[module]


@pytest.mark.parametrize("path", sorted((PACKAGE / "stages").glob("*.py")), ids=name_of)
def test_stages_know_no_products(path: Path) -> None:
    assert not {n for n in imports(path) if n.startswith(("medcorpus.product", "medcorpus.release", "medcorpus.build"))}


OPEN_TO_SOURCES = (
    "medcorpus.formats",
    "medcorpus.reading",
    "medcorpus.records",
    "medcorpus.corpora",
    "medcorpus.errors",
    "medcorpus.screens",
)


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=name_of)
def test_sources_use_only_what_is_open_to_them(path: Path) -> None:
    own = {n for n in imports(path) if n.startswith("medcorpus.")}
    public = {f"medcorpus.{n}" for n in medcorpus.__all__}
    assert not {n for n in own - public if not n.startswith(OPEN_TO_SOURCES)}


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=name_of)
def test_modules_have_no_name_that_says_nothing(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}
    classes = [n.name for n in nodes(path) if isinstance(n, ast.ClassDef)]
    assert not [c for c in classes if c.startswith("Base") or c.endswith("Manager")]

"""`medcorpus new`: a source that can be imported, and whose checks say what to fill in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from medcorpus import contract, registry, skeleton
from medcorpus.errors import MedcorpusError, UnknownNameError
from tests.checkout import NAME, forget_sources, tiny_checkout


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tiny_checkout(tmp_path / "checkout", monkeypatch) as folder:
        yield folder / "sources"


@pytest.mark.parametrize("shape", skeleton.SHAPE_NAMES)
def test_skeleton_can_be_imported_and_says_what_to_fill_in(shape: str, sources: Path) -> None:
    name = f"{NAME}_{shape.lower()}"
    files = skeleton.write(skeleton.empty(name, shape=shape))
    forget_sources()
    assert files[-1] == sources / name / "source.py"
    assert all(file.is_file() for file in files)
    assert registry.get(name).shape.__name__ == shape
    found = contract.check(name)
    assert {check for check, problems in found.items() if problems} >= {
        "facts",
        "terms",
        "docstring",
        "sample",
        "reads",
    }
    told = "\n".join(line for problems in found.values() for line in problems)
    assert "cannot be checked" not in told
    facts = ("title", "about", "homepage", "license", "license_evidence", "license_url", "langs")
    assert [fact for fact in facts if f"{fact} is empty" not in told] == []
    assert "sample/ is empty" in told
    assert f"medcorpus check {name} --update" in told


@pytest.mark.parametrize("shape", skeleton.SHAPE_NAMES)
def test_skeleton_is_tidy(shape: str) -> None:
    draft = skeleton.empty("some_name", shape=shape, title='A "quoted" \\ title\nof two lines')
    text = skeleton.source_text(draft)
    tree = ast.parse(text)
    assert max(map(len, text.splitlines())) <= 120
    imported = {a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported - used == {"annotations"}
    assert "title='A \"quoted\" \\\\ title of two lines'," in text


def test_title_is_kept(sources: Path) -> None:
    skeleton.write(skeleton.empty(f"{NAME}_two", title="Deuxième corpus {curly}"))
    forget_sources()
    assert registry.get(f"{NAME}_two").title == "Deuxième corpus {curly}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("PubMed-QA", "call it 'pubmed_qa'"),
        ("../escape", "call it 'escape'"),
        ("日本", "take the name its authors gave it"),
        ("", "take the name its authors gave it"),
        ("a" * 65, f"call it {'a' * 64!r}"),
        ("mmedc", "is a product"),
        (NAME, "there is a source 'tiny_exam' already - see: medcorpus show tiny_exam"),
    ],
)
def test_refused_names(name: str, told: str, sources: Path) -> None:
    before = sorted(sources.rglob("*"))
    with pytest.raises(skeleton.RefusedNameError) as error:
        skeleton.write(skeleton.empty(name))
    assert told in str(error.value)
    assert error.value.exit_code == 2
    assert sorted(sources.rglob("*")) == before


def test_unknown_shape(sources: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Spans'"):
        skeleton.empty("other", shape="Span")


def test_only_in_a_checkout(sources: Path) -> None:
    (sources.parent / "pyproject.toml").unlink()
    with pytest.raises(MedcorpusError, match="this is an installed package - clone the repository"):
        skeleton.write(skeleton.empty("other"))

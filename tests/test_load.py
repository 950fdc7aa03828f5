"""What notebooks call: the right rows, verified, in every form, and the nearest names for wrong ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import polars as pl
import pyarrow as pa
import pytest

import medcorpus
from medcorpus import registry
from medcorpus.build import Options, build
from medcorpus.errors import MedcorpusError, UnknownNameError, VerificationError
from medcorpus.loading import As

pytestmark = pytest.mark.filterwarnings("ignore:.*made-up samples")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sample_layers: str) -> Path:
    """Build three products from samples."""
    folder = tmp_path_factory.mktemp("home")
    for product in ("meds-ins", "mmedbench", "mmedc"):
        build(product, Options(home=folder, store=sample_layers, sample=True, workers=1))
    return folder


def lazy(place: Path, name: str = "meds-ins", **asked: Any) -> pl.DataFrame:
    frame: pl.LazyFrame = medcorpus.load(name, path=place, as_="lazy", **asked)
    return frame.collect()


def test_default_is_a_dataset_dict_of_the_splits(place: Path) -> None:
    loaded = medcorpus.load("meds-ins", path=place)
    assert isinstance(loaded, datasets.DatasetDict)
    assert list(loaded) == ["train", "validation", "test"]


def test_one_split_is_a_dataset(place: Path) -> None:
    loaded = medcorpus.load("mmedbench", path=place, split="test")
    assert isinstance(loaded, datasets.Dataset)
    assert set(loaded["split"]) == {"test"}


FORMS: dict[As, Callable[[Any], list[dict[str, Any]]]] = {
    "polars": lambda frame: list(frame.to_dicts()),
    "lazy": lambda frame: list(frame.collect().to_dicts()),
    "arrow": lambda table: list(table.to_pylist()),
    "iter": list,
    "datasets": lambda parts: [row for split in parts.values() for row in split],
}


@pytest.mark.parametrize("asked", [{"task": "ner"}, {"lang": "fr"}, {"columns": ("input", "id")}], ids=str)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_rows(form: As, asked: dict[str, Any], place: Path) -> None:
    rows = FORMS[form](medcorpus.load("meds-ins", path=place, as_=form, **asked))
    wanted = lazy(place, **asked).to_dicts()
    assert [list(row.items()) for row in _sorted(rows)] == [list(row.items()) for row in _sorted(wanted)]


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["id"]))


def test_rows_of_two_tasks_have_two_fingerprints(place: Path) -> None:
    one, other = (medcorpus.load("meds-ins", path=place, split="train", task=t) for t in ("task60", "task128"))
    assert one._fingerprint != other._fingerprint


def test_streaming_gives_the_same_rows(place: Path) -> None:
    stream = medcorpus.load("meds-ins", path=place, split="test", streaming=True)
    assert sorted(r["id"] for r in stream) == sorted(lazy(place, split="test")["id"])


@pytest.mark.parametrize("name", ["ner", "Named Entity Recognition", "named entity recognition"])
def test_task_by_category(name: str, place: Path) -> None:
    assert set(lazy(place, task=name)["category"]) == {"Named Entity Recognition"}


def test_multiple_choice_by_its_alias(place: Path) -> None:
    tasks = set(lazy(place, task="mcqa")["task_id"])
    assert "task60" in tasks
    assert "task103" not in tasks


@pytest.mark.parametrize("name", ["task60", "frenchmedmcqa_mcqa_fr"])
def test_task_by_id_or_name(name: str, place: Path) -> None:
    assert set(lazy(place, task=name)["task_id"]) == {"task60"}


@pytest.mark.parametrize(("column", "value"), [("lang", "fr"), ("source", "hoc"), ("split", "test")])
def test_filters(column: str, value: str, place: Path) -> None:
    rows = lazy(place, **{column: value})
    assert rows.height
    assert set(rows[column]) == {value}


def test_open_rows_may_be_redistributed(place: Path) -> None:
    assert set(lazy(place, license="open")["redistribute"]) == {"yes"}


def test_commercial_rows_have_a_commercial_licence(place: Path) -> None:
    rows = lazy(place, license="commercial")
    assert "Apache-2.0" in set(rows["license"])
    assert not {lic for lic in rows["license"] if "NC" in lic or lic == "unknown"}


def test_columns(place: Path) -> None:
    assert lazy(place, columns=["input", "output"]).columns == ["input", "output"]


UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "product": ({"name": "medsins"}, "did you mean 'meds-ins'"),
    "task": ({"task": "summarisation"}, "did you mean 'summarization'"),
    "task id": ({"task": "task060"}, "did you mean 'task60'"),
    "language": ({"lang": "jp"}, "there is no language 'jp'"),
    "source": ({"source": "pubmed_qa"}, "did you mean 'pubmedqa'"),
    "split": ({"split": "dev"}, "there is no split 'dev'"),
    "version": ({"version": "9.9.9"}, "there is no version '9.9.9'"),
    "column": ({"columns": ["inputs"]}, "did you mean 'input'"),
    "form": ({"as_": "pandas"}, "there is no form 'pandas'"),
    "licence choice": ({"license": "free"}, "there is no licence choice 'free'"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_unknown_name_answers_with_the_nearest(what: str, place: Path) -> None:
    changes, message = UNKNOWN[what]
    asked: dict[str, Any] = {"name": "meds-ins", "path": place, **changes}
    with pytest.raises(UnknownNameError, match=message):
        medcorpus.load(**asked)


def test_product_without_tasks_says_so(place: Path) -> None:
    with pytest.raises(MedcorpusError, match="mmedc has no tasks"):
        medcorpus.load("mmedc", path=place, task="ner")


def test_nothing_built_says_what_to_run(home: Path) -> None:
    with pytest.raises(MedcorpusError, match="run: medcorpus build meds-ins"):
        medcorpus.load("meds-ins")


@pytest.fixture
def copy(place: Path, tmp_path: Path) -> Path:
    """Give a release folder of mmedbench that a test may damage."""
    built = build("mmedbench", Options(home=tmp_path / "damaged", sample=True, workers=1))
    return built.release.path


def test_release_folder_is_a_path_too(copy: Path) -> None:
    assert lazy(copy, "mmedbench").height


def test_release_of_another_product_is_refused(copy: Path) -> None:
    with pytest.raises(VerificationError, match="holds mmedbench, not mmedc"):
        medcorpus.load("mmedc", path=copy)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_damaged_file_is_not_loaded(copy: Path) -> None:
    flip(next(copy.glob("data/fr/test-*.parquet")))
    with pytest.raises(VerificationError, match="the manifest lists"):
        lazy(copy, "mmedbench")


def test_file_damaged_after_it_was_loaded_is_not_loaded_again(copy: Path) -> None:
    lazy(copy, "mmedbench")
    flip(next(copy.glob("data/fr/test-*.parquet")))
    with pytest.raises(VerificationError, match="the manifest lists"):
        lazy(copy, "mmedbench")


def test_file_beside_the_manifest_is_not_loaded(copy: Path) -> None:
    manifest = copy / "manifest.json"
    text = manifest.read_text().replace('"path": "data/fr/test-', '"path": "data/fr/tset-', 1)
    manifest.write_text(text)
    with pytest.raises(VerificationError):
        lazy(copy, "mmedbench")


@pytest.mark.parametrize("broken", ["{", "[]", '{"format": 2}'])
def test_broken_manifest_is_refused(broken: str, copy: Path) -> None:
    (copy / "manifest.json").write_text(broken)
    with pytest.raises(VerificationError):
        lazy(copy, "mmedbench")


def test_sample_release_warns(place: Path) -> None:
    with pytest.warns(UserWarning, match="made-up samples"):
        medcorpus.load("mmedc", path=place, as_="lazy")


def test_list_has_products_and_sources() -> None:
    names = medcorpus.list()["name"]
    assert names[:4] == ["mmedc", "meds-ins", "mmedbench", "meds-bench"]
    assert set(names[4:]) == set(registry.names())


def test_search_needs_every_word() -> None:
    assert medcorpus.search("pharmacy french")["name"] == ["frenchmedmcqa"]


def test_info_of_a_source_has_its_licence() -> None:
    assert medcorpus.info("frenchmedmcqa")["license"] == "Apache-2.0"


def test_info_of_a_product_counts_its_rows(place: Path) -> None:
    assert medcorpus.info("mmedc", path=place)["rows"] == lazy(place, "mmedc").height


def test_info_of_nothing_suggests() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'headqa'"):
        medcorpus.info("head_qa")


def test_cite_of_a_product_names_every_source_once() -> None:
    text = medcorpus.cite("mmedbench")
    assert text.count("labrak-etal-2022-frenchmedmcqa") == 1


def test_sample_of_a_source_is_its_sample() -> None:
    assert medcorpus.sample("frenchmedmcqa", 2)["id"] == ["frenchmedmcqa/sample-fr-1", "frenchmedmcqa/sample-fr-2"]


@pytest.mark.parametrize(
    "what", [medcorpus.list, medcorpus.tasks, lambda: medcorpus.info("hoc")], ids=["list", "tasks", "info"]
)
def test_notebook_form_is_escaped_html(what: Callable[[], Any]) -> None:
    html = what()._repr_html_()
    assert html.startswith("<table>")
    assert "<script" not in html


HEAVY = ("pyarrow", "polars", "datasets", "datasketch", "lxml", "numpy", "httpx", "huggingface_hub")


@pytest.mark.parametrize("code", ["import medcorpus", "import medcorpus; medcorpus.list(); medcorpus.tasks()"])
def test_looking_around_imports_nothing_heavy(code: str) -> None:
    program = f"import sys; {code}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert out.stdout.split() == []


def test_arrow_form_is_a_table(place: Path) -> None:
    assert isinstance(medcorpus.load("mmedc", path=place, as_="arrow"), pa.Table)

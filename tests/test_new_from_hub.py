"""`medcorpus new --from hf://owner/name`: a source drafted from what a dataset says of itself, on a loopback Hub."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus import registry
from medcorpus.contributions import features, from_hub
from medcorpus.contributions.features import Feature
from medcorpus.contributions.roles import roles_of
from medcorpus.records import Choice, Label, Pair, Text
from tests.checkout import forget_sources
from tests.commandline import error_of, run
from tests.test_new_from_file import failing, fill_in, tidy
from tests.web import Web, status

NAME = "tiny_exam_hub"
SHA = "a" * 40
ASKED = "api/datasets/acme/ward?blobs=true"
CARD = {
    "language": ["en"],
    "license": "cc-by-4.0",
    "pretty_name": 'Ward "questions"',
    "dataset_info": {
        "features": [
            {"name": "id", "dtype": "int64"},
            {"name": "question", "dtype": "string"},
            {"name": "options", "sequence": "string"},
            {"name": "answer", "dtype": {"class_label": {"names": {"0": "A", "1": "B"}}}},
        ],
        "splits": [{"name": "train", "num_bytes": 1, "num_examples": 1}],
    },
}
ANSWER = Feature("answer", "text")
PARTS = {
    "README.md": b"",
    "data/train-00000-of-00002.parquet": b"",
    "data/train-00001-of-00002.parquet": b"",
    "data/test-00000-of-00001.parquet": b"",
}


@pytest.fixture
def hub(server: Web, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Web:
    monkeypatch.setenv("HF_ENDPOINT", server.url("").rstrip("/"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    server.pages.clear()
    return server


def show(hub: Web, card: dict[str, Any] | None, files: dict[str, bytes], **facts: Any) -> None:
    """Let the Hub show a dataset."""
    siblings = [{"rfilename": path, "size": len(content)} for path, content in files.items()]
    info = {"id": "acme/ward", "sha": SHA, "private": False, "gated": False, "tags": [], "siblings": siblings}
    hub.page(
        ASKED, json.dumps({**info, "cardData": card, **facts}).encode(), headers={"Content-Type": "application/json"}
    )
    for path, content in files.items():
        hub.page(f"datasets/acme/ward/resolve/{SHA}/{path}", content)


def made() -> Path:
    run("new", NAME, "--from", "hf://acme/ward")
    forget_sources()
    folder = registry.folder() / NAME
    tidy(folder)
    return folder


def table(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def test_from_the_features_of_the_card(hub: Web) -> None:
    show(hub, CARD, PARTS)
    folder = made()
    source = registry.get(NAME)
    assert (source.shape, source.title, source.langs) == (Choice, 'Ward "questions"', ("en",))
    assert (source.license, source.version) == ("cc-by-4.0", SHA)
    assert [(f.path, f.split) for f in source.files] == [
        ("data/test-*.parquet", "test"),
        ("data/train-*.parquet", "train"),
    ]
    assert source.files[0].url == f"https://huggingface.co/datasets/acme/ward/resolve/{SHA}/{{path}}"
    assert [task.id for task in source.tasks] == [f"{NAME}_mcqa"]
    names = sorted(p.name for p in (folder / "sample").rglob("*.parquet"))
    assert names == ["test-00000-of-00001.parquet", "train-00000-of-00002.parquet"]
    assert set(failing(folder)) == {"facts", "docstring", "expected", "phrasings", "langs", "sample"}
    fill_in(folder)
    found = failing(folder)
    assert set(found) == {"expected", "langs", "sample"}
    assert found["langs"][0].startswith("rows declared 'en' read like")  # for the sample is made up of names


def test_from_the_columns_of_a_parquet_file(hub: Web) -> None:
    rows = [{"pmid": f"p{n}", "article": f"Secret text {n}. " * 99, "summary": f"Secret {n}."} for n in range(3000)]
    files = {"corpus/validation.parquet": table(rows)}
    show(hub, None, files)
    folder = made()
    source = registry.get(NAME)
    assert (source.shape, source.files[0].split, source.langs) == (Pair, "validation", ())
    assert source.tasks[0].category == "Text Summarization"
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Secret" not in written
    ranges = [ask["range"] for ask in hub.pages[f"datasets/acme/ward/resolve/{SHA}/corpus/validation.parquet"].requests]
    assert all(asked.startswith("bytes=") for asked in ranges)


@pytest.mark.parametrize(
    ("path", "content", "shape"),
    [
        ("dev.jsonl", b'{"text": "Secret", "label": "x"}\n', Label),
        ("train.json", b'[{"id": "1", "question": "Secret", "answer": "Secret"}]', Pair),
        ("train.csv", b"text,other\nSecret,Secret\n", Text),
        ("test.tsv", b"sentence\tcategory\nSecret\tSecret\n", Label),
    ],
)
def test_from_the_start_of_other_files(path: str, content: bytes, shape: type, hub: Web) -> None:
    show(hub, {"license": ["mit", "other"], "language": "fr"}, {path: content})
    folder = made()
    assert registry.get(NAME).shape is shape
    assert b"Secret" not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert "reads" not in failing(folder)


def test_gated_dataset(hub: Web) -> None:
    show(hub, CARD, PARTS, gated="manual")
    made()
    assert registry.get(NAME).access == "account"
    assert "FILL IN: what to accept at https://huggingface.co/datasets/acme/ward" in registry.get(NAME).how


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(404, X_Error_Code="RepoNotFound"), "no such dataset on the Hub - or is it private: set HF_TOKEN"),
        (status(401, X_Error_Code="RepoNotFound"), "no such dataset on the Hub"),
        (status(403, X_Error_Code="GatedRepo"), "the dataset is gated - accept its terms at"),
        (status(500), "the Hub gives no answer"),
        (status(200, b"not json", Content_Type="application/json"), "the Hub gives no answer"),
        (status(200, b"[]", Content_Type="application/json"), "the Hub gives no answer"),
    ],
)
def test_what_the_hub_refuses_is_one_line(answer: Any, told: str, hub: Web) -> None:
    hub.page(ASKED, b"", *[answer] * 9)
    assert told in error_of("new", NAME, "--from", "hf://acme/ward", code=4)
    assert not (registry.folder() / NAME).exists()


def test_no_hub_at_all(hub: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "the Hub gives no answer" in error_of("new", NAME, "--from", "hf://acme/ward", code=4)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in error_of("new", NAME, "--from", "hf://acme/ward", code=4)


@pytest.mark.parametrize("name", ["", "a/b/c", "../etc", "a b/c", "acme/ward?x=1"])
def test_what_is_no_name_of_a_dataset(name: str, hub: Web) -> None:
    assert "is no dataset - name it as hf://owner/name" in error_of("new", NAME, "--from", f"hf://{name}", code=1)


def test_no_file_with_rows(hub: Web) -> None:
    show(hub, CARD, {"README.md": b"", "data.zip": b""})
    assert "no file with rows is known here" in error_of("new", NAME, "--from", "hf://acme/ward", code=1)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x00" * 5000, b"PAR1" + b"\xff" * 60 + b"PAR1"])
def test_columns_that_cannot_be_told(content: bytes, hub: Web) -> None:
    show(hub, None, {"train.parquet": content})
    assert "its columns are not told" in error_of("new", NAME, "--from", "hf://acme/ward", code=4)


def test_what_a_dataset_says_is_never_code(hub: Web) -> None:
    evil = '"""\nimport os; os.abort()\n"""\\" {x} \x00\u202e' + "long " * 50
    listed = [
        {"name": "text", "dtype": "string"},
        {"name": 'a"b', "dtype": "string"},
        {"name": evil, "dtype": "string"},
    ]
    label = {"name": "{x}'", "dtype": {"class_label": {"names": [evil[:40], "b'"]}}}
    card = {"license": evil, "pretty_name": evil, "language": [evil, 3], "dataset_info": {"features": [*listed, label]}}
    show(hub, card, {"train.jsonl": b"{}"})
    made()
    assert registry.get(NAME).tasks[0].labels[1] == "b'"


@pytest.mark.parametrize(
    ("listed", "kinds"),
    [
        ([{"name": "a", "list": [{"name": "b", "dtype": "int8"}]}], [("a", "list")]),
        ([{"name": "a", "struct": [{"name": "b", "dtype": "float32"}]}], [("a", "struct")]),
        ([{"name": "a", "list": {"dtype": "bool"}}], [("a", "list")]),
        ([{"name": "a", "dtype": {"class_label": {}}}], [("a", "label")]),
        ([{"name": "a", "sequence": 3}, {"name": 4}, {}, 5], [("a", "list")]),
        ("x", []),
        (None, []),
    ],
)
def test_features_of_a_card(listed: Any, kinds: list[tuple[str, str]]) -> None:
    found = features.features_of({"dataset_info": [{"features": listed}]})
    assert [(f.name, f.kind) for f in found] == kinds
    for feature in found:
        pa.array([feature.made_up(1), feature.made_up(2)], feature.arrow)


def test_deep_features_end() -> None:
    value: dict[str, Any] = {"name": "a", "dtype": "string"}
    for _ in range(500):
        value = {"name": "a", "list": value}
    assert features.features_of({"dataset_info": {"features": [value]}})[0].kind == "list"


@pytest.mark.parametrize(
    ("columns", "shape", "record"),
    [
        (
            [
                Feature("question", "text"),
                Feature("choices", "list", item=Feature("i", "text")),
                Feature("answer", "text"),
            ],
            "Choice",
            'answers=("ABCDEFGHIJ".index(row["answer"]),)',
        ),
        ([Feature("Text", "text"), Feature("Label", "text")], "Label", 'labels=(str(row["Label"]),)'),
        ([Feature("input", "text"), Feature("output", "text")], "Pair", 'target=row["output"]'),
        ([Feature("x", "integer"), Feature("y", "text")], "Text", 'text=str(row["y"])'),
        ([Feature("x", "integer")], "Text", 'text=str(row["x"])'),
    ],
)
def test_roles(columns: list[Feature], shape: str, record: str) -> None:
    roles = roles_of(columns)
    assert roles.shape == shape
    assert record in roles.record


def test_splits_are_read_off_names() -> None:
    named = {"dev.jsonl": "validation", "x/test-1.csv": "test", "train.csv": "train", "all.csv": "train"}
    assert {name: from_hub._split(name) for name in named} == named

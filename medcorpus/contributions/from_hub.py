"""Drafts a source from what a dataset of the Hugging Face Hub says of itself: its card, its files, its features.

Nothing of its rows is kept: the sample that is written is made up from the names and types of its columns.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medcorpus.contributions.features import Feature, features_of, stored
from medcorpus.contributions.roles import Roles, roles_of
from medcorpus.errors import FetchError, MedcorpusError
from medcorpus.skeleton import TODO, Draft, DraftFile

if TYPE_CHECKING:
    from huggingface_hub import DatasetInfo

NAMED = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?\Z")
HUB = "https://huggingface.co/datasets"
READERS = {
    ".parquet": ("parquet_values", "parquet_values.rows(path, COLUMNS)"),
    ".jsonl": ("jsonl", "jsonl.rows(path)"),
    ".json": ("jsonl", "jsonl.elements(path)"),
    ".csv": ("delimited", "delimited.rows(path, columns=COLUMNS)"),
    ".tsv": ("delimited", 'delimited.rows(path, "\\t", columns=COLUMNS)'),
}
"""The module of `medcorpus.formats` and the call that read files by their ending, the best first."""
SPLITS = (("validation", r"valid|val|dev"), ("test", r"test"), ("train", r""))
"""What in the name of a file tells its split."""
MOST_FILES = 24
FOOTER = 2**20
"""Bytes at the end of a Parquet file, or at the start of another one, in which its columns are looked for."""
LONGEST = 100
_NUMBERED = re.compile(r"-\d{5}-of-\d{5}(?=\.)")


@dataclass(frozen=True, slots=True)
class _Dataset:
    """What the Hub says of a dataset."""

    name: str
    info: DatasetInfo
    card: Mapping[str, Any]

    @property
    def sizes(self) -> dict[str, int]:
        return {file.rfilename: file.size or 0 for file in self.info.siblings or ()}


def draft(name: str, dataset: str) -> Draft:
    """Draft a source from a dataset of the Hub.

    Args:
        name: Name of the source.
        dataset: Name of the dataset: owner/name.

    Raises:
        FetchError: The Hub cannot be reached, or does not show such a dataset.
        MedcorpusError: The name is none, or the dataset has no files that can be read.
    """
    if not NAMED.match(dataset):
        raise MedcorpusError(f"{dataset[:60]!r} is no dataset", fix="name it as hf://owner/name")
    found = _asked(dataset)
    ending, paths = _data_files(found)
    columns = features_of(found.card) or _stored_columns(found, ending, paths)
    roles = roles_of(columns)
    module, reader = READERS[ending]
    return Draft(
        name=name,
        shape=roles.shape,
        about=_about(found, columns, roles),
        facts=_facts(found),
        langs=tuple(lang for lang in _listed(found.card.get("language")) if re.fullmatch("[a-z]{2,3}", lang)),
        access="account" if found.info.gated else "open",
        url=f"{HUB}/{dataset}/resolve/{found.info.sha}/{{path}}",
        files=_entries(paths),
        format=module,
        reader=reader,
        columns=[column.name for column in columns if column.name in roles.used] if "COLUMNS" in reader else (),
        key=roles.key,
        record=roles.record,
        notes=("", f" {TODO}: are these the right columns?"),
        job=roles.job,
        category=roles.category,
        templates=roles.templates,
        labels=roles.labels,
        unsure=f"{TODO}: what the task is; category and domain are guesses" if roles.category else "",
        sample=_sample(paths, ending, columns),
        version=str(found.info.sha or ""),
    )


def _asked(dataset: str) -> _Dataset:
    from huggingface_hub import HfApi

    with _told(dataset):
        info = HfApi(endpoint=os.environ.get("HF_ENDPOINT")).dataset_info(dataset, files_metadata=True, timeout=30)
    card: Any = info.card_data
    return _Dataset(dataset, info, card.to_dict() if card else {})


@contextmanager
def _told(dataset: str) -> Iterator[None]:
    """Say in one line why the Hub gives no answer."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        what, fix = "the dataset is gated", f"accept its terms at {HUB}/{dataset}, and set HF_TOKEN"
        raise FetchError(what, where=dataset, fix=fix) from error
    except RepositoryNotFoundError as error:
        raise FetchError("no such dataset on the Hub", where=dataset, fix="or is it private: set HF_TOKEN") from error
    except OfflineModeIsEnabled as error:
        raise FetchError("HF_HUB_OFFLINE is set", where=dataset, fix="unset it to ask the Hub") from error
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        said = str(error).split("\n")[0][:160]
        raise FetchError(f"the Hub gives no answer ({said})", where=dataset, fix="try again later") from error
    except Exception as error:  # the HTTP client that the library brings raises its own
        raise FetchError(f"the Hub gives no answer ({type(error).__name__})", where=dataset) from error


def _data_files(found: _Dataset) -> tuple[str, list[str]]:
    """Give the files with rows and their ending: of several kinds the one that is read best."""
    for ending in READERS:
        paths = sorted(path for path in found.sizes if path.endswith(ending) and not path.startswith("."))
        if paths:
            return ending, _of_one_configuration(paths)
    known = ", ".join(READERS)
    fix = f"run: medcorpus new NAME, and see what reads its format in medcorpus/formats (known here: {known})"
    raise MedcorpusError("no file with rows is known here", where=found.name, fix=fix)


def _of_one_configuration(paths: Sequence[str]) -> list[str]:
    """Give the files of the first folder that has any."""
    folder = paths[0].rpartition("/")[0]
    return [path for path in paths if path.rpartition("/")[0] == folder]


def _entries(paths: Sequence[str]) -> list[DraftFile]:
    """Give the entries of files: one for each split that is cut into numbered parts."""
    named = dict.fromkeys(_NUMBERED.sub("-*", path) for path in paths)
    return [DraftFile(path=path, split=_split(path)) for path in named][:MOST_FILES]


def _split(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return next(split for split, words in SPLITS if re.search(words, name))


def _stored_columns(found: _Dataset, ending: str, paths: Sequence[str]) -> list[Feature]:
    """Look at the first file for the columns that the card does not tell."""
    size = found.sizes[paths[0]]
    start = max(0, size - FOOTER) if ending == ".parquet" else 0
    data = _part(found, paths[0], start, FOOTER) if size else b""
    columns = stored(data, size, ending)
    if not columns:
        raise FetchError("its columns are not told", where=f"{found.name}: {paths[0]}", fix="run: medcorpus new NAME")
    return columns


def _part(found: _Dataset, path: str, start: int, length: int) -> bytes:
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils._headers import build_hf_headers

    endpoint = os.environ.get("HF_ENDPOINT")
    url = hf_hub_url(found.name, path, repo_type="dataset", revision=found.info.sha, endpoint=endpoint)
    headers = {**build_hf_headers(), "Range": f"bytes={start}-{start + length - 1}"}
    data = io.BytesIO()
    with _told(found.name), get_session().stream("GET", url, headers=headers, follow_redirects=True) as answer:
        answer.raise_for_status()
        for block in answer.iter_bytes():
            data.write(block)
            if data.tell() > length:  # a server that knows no ranges sends the file from its start
                break
    return data.getvalue() if answer.status_code == 206 or start == 0 else b""


def _about(found: _Dataset, columns: Sequence[Feature], roles: Roles) -> list[str]:
    told = ", ".join(f"{column.name} ({column.kind})" for column in columns)[:1500]
    folders = sorted({path.rpartition("/")[0] for path in found.sizes if path.endswith(tuple(READERS))})
    others = f" Only the files of one of its folders are named here, of {', '.join(folders)[:300]}."
    return [
        f"{TODO}: what the corpus is, in one line.",
        f"Dataset {found.name} of the Hub at {found.info.sha}. Columns: {told}.{others if len(folders) > 1 else ''}",
        f"{TODO}: counts, quirks and how they are handled; whether the record is made of the right columns"
        f"{', which was guessed from their names' if roles.guessed else ''}.",
        f"{TODO}: the sample is made up from names and types of columns; write rows of your own in place of them.",
    ]


def _facts(found: _Dataset) -> dict[str, str]:
    named = _listed(found.card.get("license"))
    license_named = "; ".join(named)
    page = f"{HUB}/{found.name}"
    evidence = f"dataset card, field license: {license_named}; {TODO}: the sentence that says so of the data"
    facts = {
        "title": str(found.card.get("pretty_name") or found.name.rpartition("/")[2]),
        "homepage": page,
        "license": license_named,
        "license_evidence": evidence if named else "",
        "license_url": page if named else "",
    }
    facts |= {"how": f"{TODO}: what to accept at {page}, and where to put the files"} if found.info.gated else {}
    return {name: text[:LONGEST] for name, text in facts.items()}


def _listed(value: Any) -> list[str]:
    several: Iterable[Any] = value if isinstance(value, list) else [value]
    return [text for text in several if isinstance(text, str)]


def _sample(paths: Sequence[str], ending: str, columns: Sequence[Feature]) -> dict[str, bytes]:
    """Give made-up rows for one file of each entry."""
    first = {_NUMBERED.sub("-*", path): path for path in reversed(paths)}
    written = {}
    for number, path in enumerate(sorted(first.values())[:MOST_FILES]):
        rows = [{column.name: column.made_up(2 * number + n) for column in columns} for n in (1, 2)]
        written[path] = _written(rows, ending, columns)
    return written


def _written(rows: list[dict[str, Any]], ending: str, columns: Sequence[Feature]) -> bytes:
    if ending == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = io.BytesIO()
        schema = pa.schema([(column.name, column.arrow) for column in columns])
        pq.write_table(pa.Table.from_pylist(rows, schema), sink)
        return sink.getvalue()
    if ending in (".jsonl", ".json"):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        return ("\n".join(lines) if ending == ".jsonl" else f"[{', '.join(lines)}]").encode() + b"\n"
    return _delimited(rows, "\t" if ending == ".tsv" else ",")


def _delimited(rows: list[dict[str, Any]], delimiter: str) -> bytes:
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()

"""Promise: bad input gives typed rejects or one line that names source and file; never a traceback, a hang, or a loss.

Raw files of the sources' samples are spoilt in every way of `tests.hostile` and ingested as raw files are: wholly for
one source of each set of readers and kinds of file, lightly for the others, and wholly for all with
`MEDCORPUS_HOSTILE=all`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from pathlib import Path
from types import ModuleType

import pytest

from medcorpus import registry
from medcorpus.errors import FormatError
from medcorpus.formats import xmi
from tests import hostile
from tests.bombs import ENTITIES, with_doctype, with_entities
from tests.hostile import CANARY, Raw, Spoiler
from tests.spoiling import Copied, Outcome, flaws

CHECKOUT = Path(__file__).resolve().parent.parent
SECONDS = 5
THOROUGH = os.environ.get("MEDCORPUS_HOSTILE") == "all"
NOT_READ = {"liveqa": ("TestDataset/TREC-2017-LiveQA-Medical-Test.xml",)}
"""Companions that repeat what another file holds: what is in them has no effect."""
MAY_BE_EMPTY = ("mantra_gsc", "nubes")
"""Sources of which some texts have nothing annotated: an empty file of annotations is what upstream has for them."""
ANNOTATED_TOGETHER = ("nubes",)
"""Sources whose rows share the annotations of their file: where these do not fit, all of its rows are rejects."""


@pytest.fixture
def copied(name: str, tmp_path: Path) -> Copied:
    copy = Copied(name, tmp_path)
    assert not copy.sound.complains
    return copy


def kinds_of(name: str) -> set[str]:
    sample = registry.folder() / name / "sample"
    return {hostile.kind_of(path.name) for path in sample.rglob("*") if path.is_file()}


def readers_of(name: str) -> frozenset[str]:
    """Give the modules of `medcorpus.formats` that a source uses."""
    module = sys.modules[registry.get(name).read.__module__]
    used = [v.__name__ for v in vars(module).values() if isinstance(v, ModuleType)]
    return frozenset(n for n in used if n.startswith("medcorpus.formats."))


def representatives() -> list[str]:
    """Give the first source of each set of readers and kinds of file."""
    first: dict[tuple[frozenset[str], frozenset[str]], str] = {}
    for name in registry.names():
        first.setdefault((readers_of(name), frozenset(kinds_of(name))), name)
    return list(registry.names()) if THOROUGH else sorted(first.values())


NAMES = representatives()
OTHERS = [name for name in registry.names() if name not in NAMES]


def cases(spoilers: Mapping[str, Spoiler]) -> list[tuple[str, str]]:
    """Give every source with every way to spoil a file of its sample."""
    return [
        (name, title) for name in NAMES for title, spoiler in spoilers.items() if kinds_of(name) & set(spoiler.kinds)
    ]


def having(*kinds: str) -> list[str]:
    """Give the sources with a file of one of these kinds."""
    return [name for name in NAMES if kinds_of(name) & set(kinds)]


def is_read(name: str, path: str) -> bool:
    return path not in NOT_READ.get(name, ())


def outcomes(copied: Copied, raw: Raw, spoilt: Iterable[bytes]) -> Iterator[Outcome]:
    """Ingest every spoilt version of a file and check what must hold for all bad input."""
    for number, data in enumerate(spoilt):
        start = time.process_time()
        outcome = copied.spoilt({raw.path: data})
        assert time.process_time() - start < SECONDS
        assert not list(flaws(copied, outcome, raw)), f"version {number} of {raw.path}"
        yield outcome


@pytest.mark.parametrize(("name", "title"), cases(hostile.HARMLESS))
def test_another_way_to_write_the_same_changes_nothing(copied: Copied, title: str) -> None:
    for raw in copied.files:
        for outcome in outcomes(copied, raw, hostile.HARMLESS[title](raw)):
            assert outcome.same_as(copied.sound), raw.path


@pytest.mark.parametrize(("name", "title"), cases(hostile.EVIDENT))
def test_what_cannot_be_meant_is_told(copied: Copied, title: str) -> None:
    for raw in copied.files:
        meant = title in ("empty", "blank") and raw.path.endswith(".ann") and copied.name in MAY_BE_EMPTY
        for outcome in outcomes(copied, raw, hostile.EVIDENT[title](raw)):
            assert outcome.complains is (is_read(copied.name, raw.path) and not meant), raw.path


@pytest.mark.parametrize(("name", "title"), cases(hostile.POSSIBLE))
def test_what_may_be_wrong_is_survived(copied: Copied, title: str) -> None:
    for raw in copied.files:
        list(outcomes(copied, raw, hostile.POSSIBLE[title](raw)))


@pytest.mark.parametrize(("name", "title"), cases(hostile.HEAVY))
def test_ten_megabytes_without_a_break_are_survived(copied: Copied, title: str) -> None:
    for raw in copied.one_of_each_kind():
        list(outcomes(copied, raw, hostile.HEAVY[title](raw)))


LIGHT = [*hostile.HARMLESS.values(), *hostile.EVIDENT.values(), *hostile.POSSIBLE.values()]


@pytest.mark.parametrize("name", OTHERS)
def test_one_of_each_way_to_spoil_a_file_is_survived(copied: Copied) -> None:
    for raw in copied.one_of_each_kind():
        for spoiler in LIGHT:
            list(outcomes(copied, raw, islice(spoiler(raw), 1)))
        list(outcomes(copied, raw, (raw.stored[: len(raw.stored) // part] for part in (2, 3))))
        assert not list(flaws(copied, copied.without(raw.path), raw)), raw.path


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_short_loses_the_cut_row_at_most(copied: Copied) -> None:
    """A cut between rows, or inside the last value of a row of plain text, cannot be seen; all others are told."""
    for raw in copied.files:
        at = hostile.cuts(raw)
        for cut, outcome in zip(at, outcomes(copied, raw, (raw.stored[:cut] for cut in at)), strict=True):
            assert not list(losses(copied, outcome, raw, cut)), f"{raw.path} cut at {cut}"


def losses(copied: Copied, outcome: Outcome, raw: Raw, cut: int) -> Iterator[str]:
    """Say what a cut lost without telling."""
    left_out = raw.stored[cut:]
    if outcome.error is not None or not is_read(copied.name, raw.path):
        return
    if raw.ends_visibly and not outcome.complains and left_out.strip():
        yield "the cut is not told"
    if raw.path in copied.companions:
        if sum(outcome.read.values()) != sum(copied.sound.read.values()):
            yield "a row is gone with its companion"
    elif not raw.ends_visibly:
        whole, begun = rows_before(raw.stored, cut, [row for row, _ in copied.sound.rows_of(raw.path)])
        now = outcome.rows_of(raw.path)
        lost = now[:whole] != copied.sound.rows_of(raw.path)[:whole]
        if lost and not (copied.name in ANNOTATED_TOGETHER and outcome.complains):
            yield "a row before the cut is gone"
        if len(now) < whole + begun:
            yield "the cut row is not counted"


def rows_before(data: bytes, cut: int, starts: list[int]) -> tuple[int, bool]:
    """Count the rows that end before a cut, given the lines they start at; and say whether another one begins there."""
    lines = data.splitlines(keepends=True)
    ends = [b"".join(lines[: start - 1]).rstrip() for start in starts[1:]] + [data.rstrip()]
    whole = sum(len(text) <= cut for text in ends)
    rest = data[len(ends[whole - 1]) if whole else 0 : cut]
    return whole, bool(rest.strip())


@pytest.mark.parametrize("name", NAMES)
def test_a_companion_that_is_missing_takes_no_row_with_it(copied: Copied) -> None:
    for raw in copied.files:
        outcome = copied.without(raw.path)
        assert not list(flaws(copied, outcome, raw)), raw.path
        if raw.path in copied.companions:
            assert outcome.error or outcome.read == copied.sound.read


@pytest.mark.parametrize("name", NAMES)
def test_files_with_the_contents_of_their_neighbours_are_survived(copied: Copied) -> None:
    for one, other in zip(copied.files, copied.files[1:]):
        outcome = copied.spoilt({one.path: other.stored, other.path: one.stored})
        assert not list(flaws(copied, outcome, one, other)), one.path


def renamed(copied: Copied, stem: str) -> tuple[Raw, Outcome] | None:
    """Ingest with another name of a file that is found by a pattern; nothing where all files have fixed names."""
    patterns = [Path(file.path) for file in copied.source.files if file.is_pattern and not file.companion]
    for raw, pattern in product(copied.files, patterns):
        if Path(raw.path).match(str(pattern)):
            name = pattern.name.replace("*", stem)
            return raw, copied.renamed(raw.path, str(Path(raw.path).with_name(name)))
    return None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stem", ["x" * 200, "-r", "é\u3000 ", "%s{0}"])
def test_file_names_that_nobody_expects_are_survived(copied: Copied, stem: str) -> None:
    if found := renamed(copied, stem):
        assert not list(flaws(copied, found[1], found[0]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stem", ["a\nb", "a\x1bb", "\udcff"], ids=ascii)
def test_file_names_that_cannot_be_stored_are_refused(copied: Copied, stem: str) -> None:
    if found := renamed(copied, stem):
        message = str(found[1].error)
        assert message.endswith("rename the file")
        assert message.isprintable()


@pytest.mark.parametrize("name", having("xml", "workbook"))
def test_bombs_take_little_memory_and_read_no_other_file(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    lines = run_child("tests.bombs", name, str(tmp_path), secret.as_uri())
    assert lines
    for line in map(json.loads, lines):
        assert not line["flaws"], line
        assert line["seconds"] < SECONDS, line
        if line["title"] in ENTITIES:
            assert line["complains"] is is_read(name, line["file"]), line


def run_child(*arguments: str) -> list[str]:
    """Run a module of the tests, whose memory is not reserved ahead by Arrow, and give the lines it prints."""
    env = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", having("xml"))
def test_nothing_is_fetched(copied: Copied) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a"
        for raw in copied.files:
            assert all(outcome.same_as(copied.sound) for outcome in outcomes(copied, raw, with_dtd(raw, address)))
            list(outcomes(copied, raw, with_address(raw, address)))
        with pytest.raises(BlockingIOError):
            server.accept()


def with_dtd(raw: Raw, address: str) -> Iterator[bytes]:
    """Yield an XML file whose DTD is said to be somewhere else."""
    if raw.kind == "xml":
        for kind in ("SYSTEM", 'PUBLIC "-//A//B"'):
            yield raw.holding(with_doctype(raw.text, f'{kind} "{address}"'))


def with_address(raw: Raw, address: str) -> Iterator[bytes]:
    """Yield an XML file in which an address is named in ways that some parsers follow."""
    include = f'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{address}"/></a>'
    schema = f'<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="a {address}"/>'
    style = f'<?xml-stylesheet type="text/xsl" href="{address}"?>'
    if raw.kind == "xml":
        for place in raw.sample(hostile.CONTENT, 1):
            yield from (raw.holding(raw.replaced(place, inside.encode())) for inside in (include, schema, style))
        for title in ("external", "parameter"):
            yield from with_entities(raw, title, address)


MANY = 30_000
QUESTION = b"<QAPair pid='1'><Question/><Answer>x</Answer></QAPair>"
FORMER_FAILURES = {
    "a quote in a language": ("pmc_oa", rb'(?<=<trans-abstract xml:lang=")\w+', b"'"),
    "translations": (
        "pmc_oa",
        rb"(?=<trans-abstract )",
        b"<trans-abstract xml:lang='fr'><p>x</p></trans-abstract>" * MANY,
    ),
    "TeX without end": ("pmc_oa", rb"(?<=<p>)", b"<tex-math>" + rb"\begin{document}" * MANY * 10 + b"</tex-math>"),
    "answers": ("liveqa", rb"(?<=<ANSWERS>)", b"<ANSWER answerid='a'>x</ANSWER>" * MANY),
    "answers of one URL": ("liveqa", rb"(?<=<ReferenceAnswers>)", b"<ANSWER answerid='a'>x</ANSWER>" * MANY),
    "pairs without focus": ("medquad", rb"(?s)<Focus>.*<QAPairs>", b"<QAPairs>" + QUESTION * MANY),
    "nothing deleted": ("pubmed", rb"(?s)(?<=<DeleteCitation>).*(?=</DeleteCitation>)", b""),
    "mentions in a long sentence": (
        "ade_corpus_v2",
        rb"\A(?=\d+\|)",
        b"1|%s|%s|1|2|%sb|3|4\n" % (b"a" * 10**6, b"a" * 10**5, b"a" * 10**5 * 5),
    ),
    "an answer that is no option": ("medqa", rb'(?<="answer_idx": ")\w', CANARY.encode()),
    "a letter that is no option": ("frenchmedmcqa", rb'(?<="correct_answers": \[)\s*"\w', b'"' + CANARY.encode()),
}


@pytest.mark.parametrize(("name", "place", "other"), FORMER_FAILURES.values(), ids=FORMER_FAILURES)
def test_what_random_search_once_found(copied: Copied, place: bytes, other: bytes) -> None:
    hits = [(raw, found) for raw in copied.files if raw.kind != "workbook" for found in raw.sample(place, 1)]
    assert hits
    for raw, found in hits:
        for outcome in outcomes(copied, raw, [raw.holding(raw.replaced(found, other))]):
            assert sum(outcome.read.values()) or outcome.error


def test_annotations_that_cover_a_text_over_and_over_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    names = 'xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:t="http:///t"'
    annotations = '<t:A begin="0" end="10000"/>' * 7_000
    path.write_text(f'<xmi:XMI {names}><cas:Sofa sofaString="{"x" * 10_000}"/>{annotations}</xmi:XMI>')
    with pytest.raises(FormatError, match="over and over"):
        xmi.document(path)


def built(raw: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "medcorpus.cli", "build", "mmedbench", "--raw", str(raw), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("name", ["frenchmedmcqa"])
def test_the_command_line_tells_a_broken_file_in_one_line(copied: Copied) -> None:
    (copied.root / "corpus/dev.json").write_text('[{"id": "a", ')
    done = built(copied.root.parent, "--format", "quiet")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: frenchmedmcqa: corpus/dev.json: not JSON: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["rumedbench"])
def test_the_command_line_counts_a_bad_line(copied: Copied) -> None:
    with (copied.root / "data/RuMedDaNet/dev_v1.jsonl").open("a") as stream:
        stream.write('{"pairID": \n')
    done = built(copied.root.parent, "--format", "json", "--max-rejects", "0.5")
    assert (done.returncode, done.stderr) == (0, "")
    counts = json.loads(done.stdout)["sources"]["rumedbench"]
    assert counts["rejected"] == {"not JSON: Expecting value": 1}
    assert counts["rows_in"] == counts["rows_out"] + 1
    refused = built(copied.root.parent, "--format", "quiet")
    assert refused.returncode == 3
    assert "data/RuMedDaNet/dev_v1.jsonl: 1 of" in refused.stderr

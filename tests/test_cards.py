"""The Markdown card: front matter, prose, tables, and what hostile text makes of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html
from markdown_it import MarkdownIt

from medcorpus import build, cards, products, registry
from medcorpus.card import figures
from medcorpus.errors import SourceError
from medcorpus.release import Release
from tests.manifests import PAYLOADS, hostile, manifest, source

PRODUCTS = list(products.PRODUCTS)
HUB_FRONT_MATTER = re.compile(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\r|\n|$))")
"""How huggingface_hub finds the front matter."""


def readme(made: dict[str, Any]) -> str:
    return cards.files_of(made)["README.md"]


def split_readme(text: str) -> tuple[Any, str]:
    """Split a card as the Hub's client does, and see that `datasets`, which goes by lines, finds the same."""
    found = HUB_FRONT_MATTER.match(text)
    assert found is not None
    lines = text.splitlines()
    assert lines[0] == "---"
    assert "\n".join(lines[1 : lines.index("---", 1)]) == found[2]
    return yaml.safe_load(found[2]), text[found.end() :]


def rendered(markdown: str) -> html.HtmlElement:
    """Render Markdown with raw HTML let through, the way a careless viewer would."""
    return html.fromstring(f"<div>{MarkdownIt('commonmark').enable(['table', 'strikethrough']).render(markdown)}</div>")


def section(markdown: str, heading: str) -> str:
    return re.split(r"^#+ .*$", markdown.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0].strip()


def test_front_matter_of_instructions() -> None:
    front, _ = split_readme(readme(manifest()))
    train = ["data/task60/train-00000-of-00002.parquet", "data/task60/train-00001-of-00002.parquet"]
    test, hoc = "data/task60/test-00000-of-00001.parquet", "data/task106/train-00000-of-00001.parquet"
    task60 = [{"split": "train", "path": train}, {"split": "test", "path": test}]
    task106 = [{"split": "train", "path": hoc}]
    both = [{"split": "train", "path": [*train, hoc]}, {"split": "test", "path": test}]
    assert front == {
        "pretty_name": "MedS-Ins",
        "license": "other",
        "license_name": "per-source",
        "language": ["en", "fr"],
        "task_categories": ["text-generation", "question-answering", "text-classification"],
        "size_categories": ["1K<n<10K"],
        "tags": ["medical", "instruction-tuning"],
        "configs": [
            {"config_name": "all", "default": True, "data_files": both},
            {"config_name": "qa", "data_files": task60},
            {"config_name": "classification", "data_files": task106},
            {"config_name": "task60", "data_files": task60},
            {"config_name": "task106", "data_files": task106},
        ],
    }


def test_front_matter_of_other_products() -> None:
    front = cards.front_matter(manifest("mmedbench"))
    assert front["task_categories"] == ["multiple-choice", "question-answering"]
    assert [c["config_name"] for c in front["configs"]] == ["all", "en", "fr"]
    assert cards.front_matter(manifest("mmedc"))["task_categories"] == ["text-generation", "fill-mask"]


def test_a_generated_configuration_never_hides_one_of_the_release() -> None:
    made = manifest(configs={"all": manifest()["configs"]["task60"], "qa": {}}, tasks={"all": 5})
    assert [c["config_name"] for c in cards.front_matter(made)["configs"]] == ["all_all", "all"]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("Apache-2.0", "yes"), ("Apache-2.0", "yes")], {"license": "apache-2.0"}),
        ([("GPL-3.0-only", "yes"), ("GPL-3.0-or-later", "yes")], {"license": "gpl-3.0"}),
        ([("Apache-2.0", "yes"), ("MIT", "yes")], {"license": "other", "license_name": "per-source"}),
        ([("Apache-2.0", "yes"), ("Apache-2.0", "unknown")], {"license": "other", "license_name": "per-source"}),
        ([("for research only", "yes")], {"license": "other", "license_name": "per-source"}),
        ([], {"license": "other", "license_name": "per-source"}),
    ],
)
def test_one_licence_only_where_every_row_comes_under_it(
    terms: list[tuple[str, str]], expected: dict[str, str]
) -> None:
    found = {f"s{i}": source("s", license=name, redistribute=may, rows_out=1) for i, (name, may) in enumerate(terms)}
    found["empty"] = source("e", license="no row comes under this", redistribute="no")
    front = cards.front_matter(manifest(sources=found))
    assert {k: v for k, v in front.items() if k.startswith("license")} == expected


@pytest.mark.parametrize(
    ("rows", "size"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**10, "10B<n<100B"), (10**15, "n>1T")],
)
def test_size_category(rows: int, size: str) -> None:
    made = manifest(configs={"task60": {"train": {"rows": rows, "hash": "", "files": []}}})
    assert cards.front_matter(made)["size_categories"] == [size]


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_marker_is_filled_and_prose_keeps_its_order(product: str) -> None:
    _, body = split_readme(readme(manifest(product)))
    assert "<!--" not in body
    headings = [line for line in cards.prose_of(product).splitlines() if line.startswith("#")]
    assert re.findall(r"^#+ .*$", body, flags=re.MULTILINE) == headings
    wanted = {
        "Quick start",
        "Sources and their terms",
        "Rows left out",
        "Privacy",
        "Limits",
        "How to cite",
        "Provenance",
    }
    assert wanted <= {h.lstrip("# ") for h in headings}


def test_tables_say_what_the_manifest_says() -> None:
    _, body = split_readme(readme(manifest()))
    sources = section(body, "Sources and their terms")
    assert (
        "| `hoc` | [HoC](https://example.org/home) | [GPL-3.0-only](https://example.org/licence) "
        "| yes | unknown | open | 450 | 500 | 90,000 | 2026-11-02 | en |"
    ) in sources
    assert "| `frenchmedmcqa` | [FrenchMedMCQA](https://example.org/home)" in sources
    assert "| yes | yes | open | 2,510 | 2,500 |  |  | fr |" in sources
    assert "| without: exact duplicate | -1,000 | 3,000 |" in section(body, "From raw files to rows")
    assert "| rendered as instructions | +1,040 | 4,000 |" in section(body, "From raw files to rows")
    assert "| French | `fr` | 1 | 2,500 |" in section(body, "Languages")
    assert "| Question Answering | `qa` | 1 | 2,500 |" in section(body, "Categories")
    assert "| `task60` | `frenchmedmcqa_mcqa_fr` | Question Answering | `frenchmedmcqa` | 2,000 | 0 | 500 |" in body
    assert "| `hoc` | exact duplicate | 10 |" in section(body, "Rows left out")
    missing = section(body, "Sources and raw files that are not here")
    assert "| `igakuqa` | all of it | igakuqa: 3 raw files are missing" in missing
    assert "| `hoc` | a part of it | no raw files at dev.json |" in missing
    assert f"`{manifest()['root']}`" in section(body, "Provenance")
    assert '| `exact` | `{"columns": ["task_id", "input"]}` |' in section(body, "Stages")


def test_every_source_is_cited_inside_one_fence() -> None:
    _, body = split_readme(readme(manifest()))
    cited = section(body, "How to cite").split("\n\n", 1)[1]
    assert cited.startswith("````bibtex\n@article{frenchmedmcqa,")
    assert cited.endswith("\n````")
    assert cited.count("@article{") == len(manifest()["sources"])


def test_reasons_beyond_the_first_are_summed_up() -> None:
    reasons = {f"reason {i:02d}": 100 - i for i in range(20)}
    made = manifest(sources={"hoc": source("HoC", rejected=reasons)})
    lines = section(split_readme(readme(made))[1], "Rows left out").splitlines()[-13:]
    assert lines[0] == "| `hoc` | reason 00 | 100 |"
    assert lines[-1] == "| `hoc` | 8 further reasons, see ledger.parquet | 676 |"


def test_notices() -> None:
    assert "This is a sample" not in readme(manifest())
    assert "500 of 3,000 rows, from 1 of the sources" in readme(manifest())
    assert "others with license=" in readme(manifest())
    assert "others with license=" not in readme(manifest(configs={"task106": manifest()["configs"]["task106"]}))
    sample = readme(manifest(sample=True))
    assert "> **This is a sample, not data.**" in sample
    front, body = split_readme(sample)
    assert body.index("This is a sample") < body.index("## ")
    assert "sample" in front["tags"]
    assert front["pretty_name"] == "MedS-Ins (sample: made-up rows)"
    free = {n: s | {"redistribute": "yes"} for n, s in manifest()["sources"].items()}
    assert "may be passed on.**" not in readme(manifest(sources=free))


@pytest.mark.parametrize("product", PRODUCTS)
def test_same_manifest_same_bytes(product: str) -> None:
    made = manifest(product)
    turned = {k: dict(reversed(v.items())) if isinstance(v, dict) else v for k, v in reversed(made.items())}
    assert cards.files_of(made) == cards.files_of(turned) == cards.files_of(json.loads(json.dumps(made)))


def test_an_empty_release_has_a_card() -> None:
    made = manifest(configs={}, sources={}, tasks={}, skipped={}, stages=[], funnel=[])
    front, body = split_readme(readme(made))
    assert front["size_categories"] == ["n<1K"]
    assert "configs" not in front
    assert "No row was left out." in body


@pytest.mark.parametrize("product", PRODUCTS)
def test_prose_has_no_figures_and_promises_nothing(product: str) -> None:
    prose = cards.prose_of(product)
    assert not re.search(r"\d", re.sub(r"\]\(https://[^)]*\)", "]", prose)), "figures come from the manifest"
    assert "anonym" not in prose.lower()
    said = "People can still be recognised" if product == "mmedc" else "Nothing was de-identified by this project."
    assert said in prose
    markers = re.findall(r"<!--.*?-->", prose, flags=re.DOTALL)
    assert all(f"\n\n{m}" in prose and cards.MARKER.fullmatch(m) for m in markers)
    assert {m[5:-4] for m in markers} <= set(figures.BLOCKS)


def test_every_product_has_prose_and_every_block_a_place() -> None:
    used = {m for p in PRODUCTS for m in cards.MARKER.findall(cards.prose_of(p))}
    assert used == set(figures.BLOCKS)


def test_an_unknown_marker_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "prose_of", lambda product: "# Title\n\n<!-- table: sauces -->\n")
    with pytest.raises(SourceError, match="no block is called 'table: sauces'"):
        cards.files_of(manifest())


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_text_stays_text(product: str, payload: str) -> None:
    made = hostile(payload, product)
    text = readme(made)
    text.encode()
    front, body = split_readme(text)
    assert front == cards._one_line(cards.front_matter(made))
    assert front["license"] == "other"
    page, calm = rendered(body), rendered(split_readme(readme(hostile("calm", product)))[1])
    for tag in ("h1", "h2", "h3", "table", "tr", "td", "pre", "ul", "li", "blockquote", "strong", "em", "s", "hr"):
        assert len(page.findall(f".//{tag}")) == len(calm.findall(f".//{tag}")), tag
    assert {e.tag for e in page.iter()} == {e.tag for e in calm.iter()}
    assert {name for e in page.iter() for name in e.attrib} <= {"href", "class", "style"}
    assert all(a.get("href").startswith(("https://example.org/", "https://arxiv.org/")) for a in page.iter("a"))


def test_hostile_text_is_shown_whole() -> None:
    shown = rendered(split_readme(readme(hostile(PAYLOADS["table"])))[1]).text_content()
    title = " ".join(f"{PAYLOADS['table']} FrenchMedMCQA {PAYLOADS['table']}".split())
    assert title in shown


def test_addresses_that_are_none_are_not_linked() -> None:
    bad = [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://x.example/\n# owned",
        'https://x"y',
        "",
    ]
    for url in bad:
        page = rendered(readme(manifest(sources={"hoc": source("HoC", homepage=url, license_url=url)})))
        assert {a.get("href").split("/")[2] for a in page.iter("a")} == {"arxiv.org"}
    page = rendered(readme(manifest(sources={"hoc": source("HoC", homepage="https://x.example/a_(b)?c=d&e=[f]*_g")})))
    assert "https://x.example/a_%28b%29?c=d&e=%5Bf%5D%2A_g" in {a.get("href") for a in page.iter("a")}


def test_a_card_needs_nothing_heavy_to_be_imported() -> None:
    heavy = "{'yaml', 'datasets', 'huggingface_hub', 'polars', 'pyarrow', 'lxml'}"
    code = f"import sys, medcorpus.cards; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Release:
    options = build.Options(home=tmp_path_factory.mktemp("home"), sample=True, workers=1)
    registry.tasks()  # it is cached, and must not be so from the few sources of this build
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "names", lambda: ("frenchmedmcqa", "hoc", "ncbi_disease", "pubmedqa"))
        return build.build("meds-ins", options).release


def test_datasets_loads_every_kind_of_configuration(sample: Release, tmp_path: Path) -> None:
    import datasets

    def rows(config: str | None) -> dict[str, int]:
        return dict(datasets.load_dataset(str(sample.path), config, cache_dir=str(tmp_path)).num_rows)

    configs = sample.manifest["configs"]
    every = {s: sum(c[s]["rows"] for c in configs.values() if s in c) for s in ("train", "validation", "test")}
    names = datasets.get_dataset_config_names(str(sample.path))
    categories = figures.categories(sample.manifest)
    assert sorted(names) == sorted(["all", *configs, *filter(None, categories)])
    assert rows(None) == rows("all") == {s: n for s, n in every.items() if n}
    assert sum(rows("ner").values()) == sum(sample.manifest["tasks"][i] for i in categories["ner"])
    assert rows("task60") == {s: split["rows"] for s, split in configs["task60"].items()}


def test_the_quick_start_runs_as_it_stands(sample: Release) -> None:
    blocks = re.findall(
        r"```python\n(.*?)```", (sample.path / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    code = "\n".join(blocks) + "\nassert len(rows) == sum(every.num_rows.values()) >= sum(some.num_rows.values()) > 0"
    done = subprocess.run([sys.executable, "-c", code], cwd=sample.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def terms_together(text: str) -> str:
    return str(re.findall(r"^\| [0-9,]+ \| [0-9,]+ \| ([a-z ,]+) \|", text, flags=re.MULTILINE)[0])


def test_terms_of_all_rows_together() -> None:
    terms = [("CC0-1.0", "yes", 5), ("CC-BY-SA-4.0", "yes", 20), ("CC-BY-NC-4.0", "yes", 300), ("MIT", "yes", 1)]
    found = {
        f"s{n}": source("s", license=li, redistribute=may, rows_out=rows) for n, (li, may, rows) in enumerate(terms)
    }
    text = readme(manifest(sources=found))
    assert terms_together(text) == "no commercial use"
    listed = re.findall(r"^\| (.*) \| 1 \| ([0-9]+) \| `license=\"(.*)\"` \|$", text, flags=re.MULTILINE)
    assert listed == [
        ("no conditions", "5", "attribution"),
        ("attribution", "1", "attribution"),
        ("attribution, sharing alike", "20", "share-alike"),
        ("no commercial use", "300", "non-commercial"),
    ]


@pytest.mark.parametrize("changes", [{"redistribute": "unknown"}, {"license": "see website"}, {"license": "MIT AND x"}])
def test_terms_are_unknown_where_those_of_one_row_are(changes: dict[str, str]) -> None:
    found = {"open": source("s", rows_out=9), "other": source("t", **{"rows_out": 1, **changes})}
    assert terms_together(readme(manifest(sources=found))) == "unknown"

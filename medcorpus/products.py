"""The four products: MMedC, MedS-Ins, MMedBench and MedS-Bench."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from medcorpus import registry
from medcorpus.product import CONFIGS, Product, check_name
from medcorpus.records import Choice, Instruction, Text
from medcorpus.source import Source
from medcorpus.stages.boilerplate import Boilerplate
from medcorpus.stages.clean import Clean
from medcorpus.stages.decontaminate import Decontaminate
from medcorpus.stages.dedup import Dedup
from medcorpus.stages.eligible import Eligible
from medcorpus.stages.exact import Exact
from medcorpus.stages.kind import Kind
from medcorpus.stages.langid import LangId
from medcorpus.stages.medical import Medical
from medcorpus.stages.pii import Pii
from medcorpus.stages.pii.patterns import KINDS
from medcorpus.stages.quality import Quality
from medcorpus.stages.sizes import Sizes
from medcorpus.stages.superseded import Superseded

if TYPE_CHECKING:
    import polars as pl

BODY = "body_text"
"""The text as the stages of mmedc read it."""
BENCHMARKS = ("mmedbench", "meds-bench")
TEST_ITEM = "repeats a test item"
LANGS = ("en", "zh", "ja", "fr", "ru", "es")
"""The six languages of MMedC and MMedBench, in the papers' order."""
TOKENIZER = "o200k_base" if find_spec("toktok") else ""
"""What tokens are counted in, where the package that ships it is installed."""
MMEDBENCH = ("frenchmedmcqa", "headqa", "igakuqa", "medqa", "rumedbench")
ORIGIN = ("id", "source", "split", "lang", "license", "access", "redistribute", "raw_file", "raw_row")


SOUND = {
    "a newer version is here, or it was withdrawn": "superseded_by = ''",
    "blank after cleaning": f"{BODY} <> ''",
    "language not in the corpus": f"lid in {LANGS}",
    "not medical": "is_medical or coalesce(kind, '') <> 'web'",
    "poor quality": "q_ok",
}
"""The rules of mmedc that a row meets or fails by itself, as SQL expressions over its columns."""


def _mmedc_rules() -> Mapping[str, pl.Expr]:
    import polars as pl

    own = {name: pl.sql_expr(condition) for name, condition in SOUND.items()}
    return {**own, "near duplicate": pl.col("dup_of") == "", TEST_ITEM: ~pl.col("repeats_item")}


def _mmedc_columns() -> Mapping[str, pl.Expr]:
    import polars as pl

    own = {n: pl.col(n) for n in ("title", "url", "date", "kind")}
    text = {"text": pl.col("pii_text"), "lang": pl.col("lid"), "lang_score": pl.col("lid_score")}
    measured = {n: pl.col(n) for n in ("med_score", "med_density", "n_chars", "n_words")}
    redacted = pl.sum_horizontal(pl.col(f"pii_{kind}").cast(pl.UInt32) for kind in KINDS)
    return {n: pl.col(n) for n in ORIGIN} | own | text | measured | {"copies": pl.col("dup_size"), "redacted": redacted}


def _instruction_rules() -> Mapping[str, pl.Expr]:
    import polars as pl

    return {
        "exact duplicate": pl.col("dup_of") == "",
        TEST_ITEM: ~pl.col("repeats_item") | (pl.col("split") == "test"),
    }


def _instruction_columns() -> Mapping[str, pl.Expr]:
    import polars as pl

    return {n: pl.col(n) for n in Instruction.__dataclass_fields__}


def _meds_bench_rules() -> Mapping[str, pl.Expr]:
    import polars as pl

    bench = [i for i, (_, task) in registry.tasks().items() if task.bench]
    return {
        "not a task of the benchmark": pl.col("task_id").is_in(bench),
        "not of the test split": pl.col("split") == "test",
        "exact duplicate": pl.col("dup_of") == "",
    }


def _mmedbench_rules() -> Mapping[str, pl.Expr]:
    import polars as pl

    english_headqa = (pl.col("source") == "headqa") & (pl.col("lang") != "es")
    taiwan = (pl.col("source") == "medqa") & pl.col("raw_file").str.contains("/Taiwan/", literal=True)
    return {"not part of the benchmark": ~(english_headqa | taiwan)}


def _mmedbench_columns() -> Mapping[str, pl.Expr]:
    import polars as pl

    letters = (
        pl.col("answers").list.eval(pl.lit("ABCDEFGHIJKLMNOPQRSTUVWXYZ").str.slice(pl.element(), 1)).list.join(",")
    )
    own = {n: pl.col(n) for n in ("question", "context", "options", "answers", "rationale")}
    return {n: pl.col(n) for n in ORIGIN} | own | {"answer_idx": letters}


def _has_tasks(name: str, source: Source) -> bool:
    return bool(source.tasks)


MMEDC = Product(
    name="mmedc",
    title="MMedC",
    about="Multilingual medical text in English, Chinese, Japanese, French, Russian and Spanish.",
    kind="text",
    takes=lambda name, source: source.shape is Text,
    stages=(
        Superseded(),
        Clean(),
        Boilerplate(),
        LangId(column=BODY),
        Medical(column=BODY),
        Kind(),
        Quality(column=BODY),
        Pii(column=BODY),
        Eligible(tuple(SOUND.values())),
        Dedup(column=BODY),
        Decontaminate(columns=(BODY,)),
        Sizes(columns=("pii_text",), tokenizer=TOKENIZER),
    ),
    rules=_mmedc_rules,
    columns=_mmedc_columns,
    config=CONFIGS["mmedc"],
    protects=BENCHMARKS,
)
MEDS_INS = Product(
    name="meds-ins",
    title="MedS-Ins",
    about="Medical instruction tasks in 19 categories, each row with its task, source and licence.",
    kind="instructions",
    takes=_has_tasks,
    stages=(
        Exact(columns=("task_id", "input", "output")),
        Decontaminate(columns=("input", "output")),
        Sizes(columns=("input", "output"), tokenizer=TOKENIZER),
    ),
    rules=_instruction_rules,
    columns=_instruction_columns,
    config=CONFIGS["meds-ins"],
    protects=BENCHMARKS,
)
MMEDBENCH_PRODUCT = Product(
    name="mmedbench",
    title="MMedBench",
    about="Medical multiple-choice questions in six languages, with the upstream's splits.",
    kind="choice",
    takes=lambda name, source: name in MMEDBENCH and source.shape is Choice,
    stages=(Sizes(columns=("question", "context", "options", "rationale"), tokenizer=TOKENIZER),),
    rules=_mmedbench_rules,
    columns=_mmedbench_columns,
    config=CONFIGS["mmedbench"],
)
MEDS_BENCH = Product(
    name="meds-bench",
    title="MedS-Bench",
    about="The test rows of the clinical benchmark's tasks, rendered as MedS-Ins renders them.",
    kind="instructions",
    takes=lambda name, source: any(t.bench for t in source.tasks),
    stages=(
        Exact(columns=("task_id", "input", "output")),
        Sizes(columns=("input", "output"), tokenizer=TOKENIZER),
    ),
    rules=_meds_bench_rules,
    columns=_instruction_columns,
    config=CONFIGS["meds-bench"],
)
PRODUCTS: dict[str, Product] = {p.name: p for p in (MMEDC, MEDS_INS, MMEDBENCH_PRODUCT, MEDS_BENCH)}


def get(name: str) -> Product:
    """Give a product by its name; an unknown one answers with the nearest."""
    check_name(name)
    return PRODUCTS[name]

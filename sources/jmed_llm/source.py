"""JMED-LLM, multiple choice in Japanese: side effects in case reports, illness in posts, likeness of sentences.

Upstream format, checked on the files: `datasets/{crade,smdis,jcsts}.csv`, CSV with `question`, `optionA` and so on,
and `answer`, the letter of the right option; the first two have `tag` as well. 100 rows each, all options equally
frequent. A question is a line that asks and, below it, the text in 「 」; in jcsts two lines, S1 and S2. Options of
jcsts carry an example of their own behind a line break, the same in all rows, which is left out.

The data set was made for evaluation, so all is test. `jmmlu_med` and `rrtnm`, which the README names too, were not at
hand and are not read. The three sets of entities are the source jmed_llm_ner, for they have no options.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import Choice, Source, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

from .. import _jmed_llm, _tasks

SETS = {"crade": "CC-BY-4.0", "smdis": "CC-BY-4.0", "jcsts": "CC-BY-NC-SA-4.0"}
INPUTS = {
    "crade": "症例報告:\n{context}\n\n質問: {question}\n選択肢:\n{options}",
    "smdis": "投稿: {context}\n\n質問: {question}\n選択肢:\n{options}",
    "jcsts": "{context}\n\n選択肢:\n{options}",
}
CATEGORIES = {"crade": "Information Extraction", "smdis": "Text Classification", "jcsts": "Text Retrieval"}
DOMAINS = {"crade": "Clinical Text", "smdis": "Daily Conversation", "jcsts": "Clinical Text"}


def read(path: Path) -> Iterator[Item]:
    """Read one of the sets."""
    return each(delimited.rows(path, columns=("question", "optionA", "optionB", "answer")), partial(choice, path.stem))


def choice(subset: str, row: dict[str, str]) -> Choice:
    """Turn one row into a question about a text."""
    asked, text = _jmed_llm.parts(row["question"])
    names = sorted(name for name in row if name.startswith("option"))
    return Choice(
        question=asked,
        context=text,
        options=tuple(row[name].split("\n")[0].strip() for name in names),
        answers=(names.index(f"option{row['answer'].strip()}"),),
        license=SETS[subset],
        extra={"subset": subset},
    )


source = Source(
    title="JMED-LLM (multiple choice)",
    about="300 multiple-choice questions to evaluate language models on Japanese medical text: adverse drug events, "
    "illness in posts, likeness of sentences.",
    homepage=_jmed_llm.HOMEPAGE,
    langs=("ja",),
    shape=Choice,
    license="CC-BY-4.0",
    license_evidence=_jmed_llm.EVIDENCE,
    license_url=_jmed_llm.README,
    redistribute="yes",
    access="open",
    folder=_jmed_llm.FOLDER,
    files=_jmed_llm.files(*SETS),
    read=read,
    tasks=tuple(
        _tasks.own(
            *(f"jmed_llm_{subset}", CATEGORIES[subset], DOMAINS[subset], "ja"),
            input=INPUTS[subset],
            output="{answer}",
            fields=_tasks.having("subset", subset),
        )
        for subset in SETS
    ),
    extras=("subset",),
    version=_jmed_llm.COMMIT,
)

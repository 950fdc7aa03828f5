"""The words of task files and the names medcorpus has for them."""

from __future__ import annotations

import re
from typing import Any

from medcorpus.card.figures import LANGUAGES
from medcorpus.categories import CATEGORIES, DOMAINS
from medcorpus.records import UNDETERMINED
from medcorpus.source import NAME

_CODES = {name.lower(): code for code, name in LANGUAGES.items()}
_OTHER_WORDS = {
    "named entity recognition": "ner",
    "text classification": "classification",
    "classification": "classification",
    "sentence composition": "composition",
    "textual entailment": "nli",
    "summarization": "summarization",
    "dialogue generation": "dialogue",
    "question answering": "qa",
    "data to text": "outcome",
    "multiple choice": "qa",
    "translation": "translation",
    "fact checking": "fact",
}
"""Categories as task files name them, beside the 19 names and their aliases."""
ANY_CATEGORY, ANY_DOMAIN = CATEGORIES["qa"], DOMAINS[0]
"""What stands where a file names none that is known."""


def texts_of(value: Any) -> tuple[str, ...]:
    """Give the texts of a fact, which files write as a text or as a list of texts; blank ones are left out.

    >>> texts_of(["a", " "]), texts_of("b"), texts_of(3)
    (('a',), ('b',), ())
    """
    several = value if isinstance(value, list) else [value]
    return tuple(text.strip() for text in several if isinstance(text, str) and text.strip())


def language_of(value: Any) -> str:
    """Give the code of the language that a fact names, or `und` where it names none, several, or one not known.

    >>> language_of(["French"]), language_of("en"), language_of(["English", "Chinese"])
    ('fr', 'en', 'und')
    """
    named = texts_of(value)
    if len(named) != 1:
        return UNDETERMINED
    word = named[0].lower()
    return word if word in LANGUAGES else _CODES.get(word, UNDETERMINED)


def language_named(code: str) -> str:
    """Give the English name of a language, or its code where there is none.

    >>> language_named("ja"), language_named("xx")
    ('Japanese', 'xx')
    """
    return LANGUAGES.get(code, code)


def category_of(value: Any) -> str:
    """Give the category that a fact names, by one of the 19 names, an alias or another word; empty if there is none.

    >>> category_of(["Textual Entailment"]), category_of("NER"), category_of("poetry")
    ('Natural Language Inference', 'Named Entity Recognition', '')
    """
    exact = {name.lower(): name for name in CATEGORIES.values()}
    for text in texts_of(value):
        word = text.lower()
        alias = _OTHER_WORDS.get(word, word)
        if found := exact.get(word) or CATEGORIES.get(alias):
            return found
    return ""


def domain_of(value: Any) -> str:
    """Give the text domain that a fact names; empty if it names none of the five.

    >>> domain_of(["Drug", "clinical text"]), domain_of(["Drug"])
    ('Clinical Text', '')
    """
    exact = {name.lower(): name for name in DOMAINS}
    return next((exact[text.lower()] for text in texts_of(value) if text.lower() in exact), "")


def name_from(text: str) -> str:
    """Make a snake-case name of a text.

    >>> name_from("Task57: MedQA (US)"), name_from("??")
    ('task57_medqa_us', 'task')
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:64]
    return name if NAME.match(name) else "task"


def task_id_from(stem: str) -> str:
    """Give the id of a task from the name of its file: what stands before the first underscore.

    A hyphen stands there for an underscore of the id.

    >>> task_id_from("task57_medqa_us"), task_id_from("headqa-mcqa_headqa_mcqa"), task_id_from("My file")
    ('task57', 'headqa_mcqa', 'my_file')
    """
    first = stem.partition("_")[0].lower()
    stated = re.fullmatch(r"task[0-9]+|[a-z0-9]+(-[a-z0-9]+)+", first)
    return first.replace("-", "_")[:64] if stated else name_from(stem)

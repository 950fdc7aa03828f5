"""The PubMed half of the scientific-papers data set: open-access articles of PMC with their abstracts.

`pubmed-dataset/{train,val,test}.txt` are JSON Lines of `article_id`, `abstract_text` (sentences between `<S>` and
`</S>`), `article_text` (sentences), `section_names` and `sections` (sentences of each), from the description and from
programs that read them; upstream counts 119,924 / 6,633 / 6,658. All text is tokenized and mostly in lower case.
"""

from __future__ import annotations

import re
from typing import Any

from medcorpus import Text, Withheld

FOLDER = "pubmed-dataset"
SPLITS = {"train": "train", "val": "validation", "test": "test"}
HOW = (
    "The articles with abstracts: unpack pubmed-dataset.zip, which "
    "https://github.com/armancohan/long-summarization links, there as well."
)
LICENSE = "Apache-2.0 (repository); each article has a licence of its own in PMC"
_TAGS = re.compile("</?S>")


def article(row: dict[str, Any]) -> Text | Withheld:
    """Turn one line into an article, its abstract beside it.

    Each section is its name and its sentences on a line each; an article without sections is one line.
    """
    named = zip(row["section_names"], row["sections"])
    text = "\n".join(line for name, section in named for line in (name.strip(), _joined(section)) if line)
    abstract, text = _joined(row["abstract_text"]), text or _joined(row["article_text"])
    if not text or not abstract:
        return Withheld("an article without text or abstract")
    key = row["article_id"]
    return Text(key=key, lang="en", license=LICENSE, text=text, extra={"pmc": key, "abstract": abstract})


def _joined(sentences: list[str]) -> str:
    if not isinstance(sentences, list):
        raise TypeError
    return " ".join(_TAGS.sub("", " ".join(sentences)).split())

"""What sources of named entities in several languages share: the task of listing every mention.

Mentions stand one to a line, since names hold commas and semicolons, each once and in the order of the text; where
several kinds are asked for, the kind stands in parentheses behind the mention.
"""

from __future__ import annotations

from functools import partial

from medcorpus import Spans, Task
from medcorpus.records import Fields

NOTHING = {
    "de": "Es gibt keine Entität.",
    "en": "There is no related entity.",
    "es": "No hay ninguna entidad.",
    "fr": "Il n'y a aucune entité.",
    "ja": "該当する表現はありません。",
    "nl": "Er is geen entiteit.",
    "ru": "Сущностей нет.",
}
"""What an instruction tells to answer where nothing is to be found, by language."""


def listing(task_id: str, lang: str, domain: str, *labels: str, typed: bool = True) -> Task:
    """Give the task of listing the mentions of some labels (of all, where none is named) in texts of a language.

    Args:
        task_id: Id and name of the task.
        lang: Language of the texts and of the instruction.
        domain: Text domain.
        labels: The labels asked for.
        typed: Whether each mention is followed by its label.
    """
    return Task(
        id=task_id,
        name=task_id,
        category="Named Entity Recognition",
        domain=domain,
        input="{text}",
        output="{entities}",
        lang=lang,
        instruction_lang=lang,
        adds=("entities",),
        fields=partial(_listed, labels=labels, typed=typed, nothing=NOTHING[lang]),
    )


def _listed(record: Spans, labels: tuple[str, ...], typed: bool, nothing: str) -> Fields:
    found = [s for s in record.spans if not labels or s.label in labels]
    lines = dict.fromkeys(f"{s.text} ({s.label})" if typed else s.text for s in found)
    return {"entities": "\n".join(" ".join(line.split()) for line in lines) or nothing}

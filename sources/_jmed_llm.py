"""What the two sources of JMED-LLM share: files, licences and the layout of a question."""

from __future__ import annotations

from medcorpus import File

FOLDER = "jmed_llm"
COMMIT = "3774a34e4a26a7b8a7851f421ecad91a04c2f59b"
URL = f"https://raw.githubusercontent.com/sociocom/JMED-LLM/{COMMIT}/{{path}}"
HOMEPAGE = "https://github.com/sociocom/JMED-LLM"
README = f"{HOMEPAGE}/blob/{COMMIT}/README.md"
EVIDENCE = "table in README.md: MRNER, CRADE and SMDIS CC-BY-4.0, NRNER and JCSTS CC-BY-NC-SA-4.0, as rows say"


def files(*names: str) -> tuple[File, ...]:
    """Give the files of some of the sets; all of them are for testing."""
    return tuple(File(path=f"datasets/{name}.csv", url=URL, split="test") for name in names)


def parts(question: str) -> tuple[str, str]:
    r"""Give the line that asks, and the text below it without the brackets around it.

    >>> parts("薬品名は？\n「入院中。\n退院した。」")
    ('薬品名は？', '入院中。\n退院した。')

    Raises:
        ValueError: There is no text below.
    """
    asked, _, text = question.strip().partition("\n")
    if not text.strip():
        raise ValueError("a question without a text")
    whole = text.startswith("「") and text.endswith("」")
    return asked.strip(), text[1:-1].strip() if whole else text.strip()

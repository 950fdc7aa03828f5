"""What the two data sets of the MSLR shared task share: reviews, and the studies that they sum up, as CSV files.

`{split}-inputs.csv` (ReviewID, PMID, Title, Abstract) has a row for each study, `{split}-targets.csv` (ReviewID,
Target) one for each review, `{split}-reviews-info.csv` (ReviewID, Background), where there is one, as well; the first
column of each is an index without a name. The rows of a review need not stand together: a first pass counts them, and
a review is given as soon as its last study was read, so that only unfinished ones are held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from medcorpus import Pair, each
from medcorpus.errors import FormatError
from medcorpus.formats import delimited
from medcorpus.reading import Item, Reject

Study = dict[str, str]
STUDY = ("ReviewID", "PMID", "Title", "Abstract")
MISSING = "not available"


def read(path: Path) -> Iterator[Item]:
    """Read the reviews of one split from its `{split}-inputs.csv` and the files beside it."""
    targets = _column(path, "targets", "Target")
    backgrounds = _column(path, "reviews-info", "Background")
    if targets is None:
        missing = path.name.replace("-inputs", "-targets")
        raise FormatError(f"{missing} is not beside it", where=path.name, fix="fetch it: it holds the conclusions")

    def review(studies: list[Study]) -> Pair:
        key = studies[0]["ReviewID"]
        if key not in targets or (backgrounds is not None and key not in backgrounds):
            raise ValueError("a review without its target or background")
        extra = {} if backgrounds is None else {"background": backgrounds[key].strip() or MISSING}
        return Pair(key=key, text="\n\n".join(_described(studies)), target=targets[key].strip(), extra=extra)

    return each(_grouped(path), review)


def _column(path: Path, kind: str, name: str) -> dict[str, str] | None:
    """Give one column of the file of a kind by ReviewID; None where there is no such file. Bad rows are left out."""
    beside = path.with_name(path.name.replace("-inputs", f"-{kind}"))
    if not beside.is_file():
        return None
    rows = delimited.rows(beside, columns=("ReviewID", name))
    return {row[1]["ReviewID"]: row[1][name] for row in rows if not isinstance(row, Reject)}


def _grouped(path: Path) -> Iterator[tuple[int, list[Study]] | Reject]:
    rows = delimited.rows(path, columns=STUDY)
    left = Counter(row[1]["ReviewID"] for row in rows if not isinstance(row, Reject))
    begun: dict[str, tuple[int, list[Study]]] = {}
    for row in delimited.rows(path, columns=STUDY):
        if isinstance(row, Reject):
            yield row
            continue
        number, study = row
        key = study["ReviewID"]
        begun.setdefault(key, (number, []))[1].append(study)
        left[key] -= 1
        if not left[key]:
            yield begun.pop(key)


def _described(studies: list[Study]) -> Iterator[str]:
    for number, study in enumerate(studies, 1):
        title, abstract = (study[name].strip() or MISSING for name in ("Title", "Abstract"))
        yield f"Study {number}\nTitle: {title}\nAbstract: {abstract}"

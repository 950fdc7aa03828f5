"""PharmaCoNER: sentences of Spanish case reports with chemicals, drugs and proteins.

Upstream format, checked on the files: `data/{dev,test}.txt`, a token, a tab and an IOB2 tag per line, a blank line
between sentences; 1,046 and 3,403 sentences with 563 and 1,842 mentions. Labels are NORMALIZABLES (chemicals with a
concept in SNOMED CT), NOTNORMALIZABLES (chemicals without one) and PROTEINAS. `data/train.txt` is named by upstream's
README and was not at hand. These files are a processed form of the corpus: the brat files with a fourth label,
UNCLEAR, are not here. There are no ids: rows are named by their content.
"""

from __future__ import annotations

from medcorpus import File, Source, Spans

from .. import _entities, _ner

COMMIT = "850e31f4281a72301f64510a7a5b22a8c1d59abf"
URL = f"https://raw.githubusercontent.com/CongSun-dlut/PharmaCoNER/{COMMIT}/{{path}}"
SPLITS = {"train": "train", "dev": "validation", "test": "test"}

source = Source(
    title="PharmaCoNER",
    about="Sentences of 1,000 Spanish clinical case reports with mentions of chemicals, drugs and proteins.",
    homepage="https://temu.bsc.es/pharmaconer/",
    langs=("es",),
    shape=Spans,
    license="CC-BY-4.0",
    license_evidence="the bigbio loader of the corpus states CC_BY_4p0 for Zenodo record 4270158; the repository that "
    "the files are from is under the MIT License",
    license_url="https://zenodo.org/records/4270158",
    redistribute="yes",
    access="open",
    files=tuple(File(path=f"data/{name}.txt", url=URL, split=split) for name, split in SPLITS.items()),
    read=_ner.read,
    tasks=(
        _entities.listing("pharmaconer_ner", "es", "Clinical Text"),
        _entities.listing("pharmaconer_protein_ner", "es", "Clinical Text", "PROTEINAS", typed=False),
    ),
    version=COMMIT,
)

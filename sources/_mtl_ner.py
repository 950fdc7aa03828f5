"""What the corpora of MTL-Bioinformatics-2016 share: where they are and how they are licensed."""

from __future__ import annotations

from medcorpus import File

FOLDER = "mtl_ner"
COMMIT = "df0df02fae6dbb87d88ffcf323b9096528f06f84"
HOMEPAGE = "https://github.com/cambridgeltl/MTL-Bioinformatics-2016"
URL = f"https://raw.githubusercontent.com/cambridgeltl/MTL-Bioinformatics-2016/{COMMIT}/{{path}}"
README = f"{HOMEPAGE}/blob/{COMMIT}/README.md"
EVIDENCE = (
    "README.md, section License: 'The code is provided under MIT license and the other materials under Creative "
    "Commons Attribution 4.0.'; above: 'The corpora used for the experiments (which can be re-distributed) are in the "
    "data folder'"
)
SPLITS = {"train": "train", "devel": "validation", "test": "test"}


def files(folder: str) -> tuple[File, ...]:
    """Give the three files of a corpus."""
    return tuple(File(path=f"data/{folder}/{stem}.tsv", url=URL, split=split) for stem, split in SPLITS.items())

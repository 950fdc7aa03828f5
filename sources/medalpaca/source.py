"""Medical Meadow flashcards: questions and answers that were made of medical students' flashcards, by medAlpaca.

Upstream format, from upstream's table, the dataset's listing and code that reads it; no file was at hand:
`medical_meadow_wikidoc_medical_flashcards.json`, one JSON array of 33,955 `{instruction, input, output}`; the
instruction is the same in every row and is not read, `input` is the question. Copies on the hub have the same columns
as `train-*.parquet`. Some rows have no question; they are withheld. Splits: none, all is train. Keys: the row's number.
Which of the paper's tasks 69-71 these are was inferred from its counts.
"""

from __future__ import annotations

from functools import partial

from medcorpus import File, Pair, Source, Task

from .. import _meadow

NAME = "medical_meadow_medical_flashcards"

source = Source(
    title="Medical Meadow Flashcards",
    about="33,955 questions on medicine with short answers, rephrased from Anki flashcards of medical students.",
    homepage=f"https://huggingface.co/datasets/medalpaca/{NAME}",
    langs=("en",),
    shape=Pair,
    license="cc (which one is not stated)",
    license_evidence="licence field of the dataset card: cc, without saying which; the repository's code is GPL-3.0",
    license_url=f"https://huggingface.co/datasets/medalpaca/{NAME}",
    redistribute="unknown",
    access="open",
    files=(
        File(
            path="medical_meadow_wikidoc_medical_flashcards.json",
            url=f"https://huggingface.co/datasets/medalpaca/{NAME}/resolve/main/{{path}}",
        ),
        File(path="train-*.parquet"),
    ),
    read=partial(_meadow.read, subset="flashcards"),
    tasks=(
        Task(
            id="task69",
            name="medalpaca_flashcards_qa",
            category="Question Answering",
            domain="Medical Knowledge",
            input="{text}",
            output="{target}",
        ),
    ),
    extras=("subset",),
)

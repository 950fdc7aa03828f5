"""MMLU, medical subjects: multiple-choice questions of American exams and textbooks in nine subjects of medicine.

Upstream format, checked on the test files of seven subjects: `data/test/<subject>_test.csv`, comma-separated without a
header: question, options A to D, letter of the right one; line breaks stand inside quoted questions. 135 anatomy, 265
clinical_knowledge, 144 college_biology, 173 college_medicine, 100 medical_genetics, 306 nutrition, 282
professional_medicine: 1,405 in all; a count that takes the first row for a header is one less for each file. Every row
has six values; all values are stripped, since nutrition puts blanks before its options.

`data/dev` (five questions a subject, meant as examples) and `data/val` have the same layout in the same repository and
are declared as train and validation; their files were not at hand, nor those of human_aging and virology. The other 48
subjects of MMLU are not medical and are not read. Keys: file and number of the question.
"""

from __future__ import annotations

from dataclasses import replace

from medcorpus import Choice, File, Source

from .. import _exam, _mmlu

URL = "https://raw.githubusercontent.com/hendrycks/test/"
COMMIT = "f112c7a259c48bc97cfca63fc0cf66235a5d9bcf"
SUBJECTS = (
    *("anatomy", "clinical_knowledge", "college_biology", "college_medicine", "human_aging"),
    *("medical_genetics", "nutrition", "professional_medicine", "virology"),
)
SPLITS = {"dev": "train", "val": "validation", "test": "test"}
COMMITS = {
    "dev": "e005575bcfcdd39c11867a203f4f67d81db05689",
    "val": "8d4768d45e7bda4ce86f3de4073603b508bf80e8",
    "test": COMMIT,
}
"""Where each folder was put into the repository."""

source = Source(
    title="MMLU (medical subjects)",
    about="Multiple-choice questions with four options in nine medical subjects, from practice exams and textbooks.",
    homepage="https://github.com/hendrycks/test",
    langs=("en",),
    shape=Choice,
    license="MIT",
    license_evidence="LICENSE: 'MIT License, Copyright (c) 2020 Dan Hendrycks'",
    license_url=f"https://github.com/hendrycks/test/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=tuple(
        File(path=f"data/{name}/{subject}_{name}.csv", url=f"{URL}{COMMITS[name]}/{{path}}", split=split)
        for name, split in SPLITS.items()
        for subject in SUBJECTS
    ),
    read=_mmlu.read,
    tasks=(replace(_exam.task("mmlu_medical_mcqa", "mmlu_medical_mcqa", "en", domain="Exam"), bench=False),),
    version=COMMIT,
)

"""JMMLU, medical subjects: questions of MMLU translated into Japanese or written anew, in nine subjects of medicine.

Upstream format, checked on the files: `JMMLU/<subject>.csv`, UTF-8 with a byte order mark, comma-separated without a
header: question, options A to D, letter of the right one. 132 anatomy, 150 clinical_knowledge, 143 college_biology, 150
college_medicine, 150 human_aging, 99 medical_genetics, 149 nutrition, 150 professional_medicine, 150 virology: 1,273,
as the README's table has them; a count that takes the first row for a header is one less for each file. Every row has
six values; all are stripped, since some have blanks before their options. Three questions have an option twice.

The corpus is a benchmark and has no splits: all is test. Its other 44 subjects and the three under CC BY-NC-ND are not
medical and are not read. Keys: subject and number of the question.
"""

from __future__ import annotations

from dataclasses import replace

from medcorpus import Choice, File, Source

from .. import _exam, _mmlu

COMMIT = "762cbf192c9e4588b574d718f95afd64c96fcbf4"
URL = f"https://raw.githubusercontent.com/nlp-waseda/JMMLU/{COMMIT}/{{path}}"
SUBJECTS = (
    *("anatomy", "clinical_knowledge", "college_biology", "college_medicine", "human_aging"),
    *("medical_genetics", "nutrition", "professional_medicine", "virology"),
)
TASK = _exam.task("jmmlu_medical_mcqa", "jmmlu_medical_mcqa", "ja", domain="Exam")

source = Source(
    title="JMMLU (medical subjects)",
    about="Multiple-choice questions with four options in nine medical subjects, in Japanese.",
    homepage="https://github.com/nlp-waseda/JMMLU",
    langs=("ja",),
    shape=Choice,
    license="CC-BY-SA-4.0",
    license_evidence="README.md: 'CC BY-SA 4.0 ライセンスの53タスク、7,097問は JMMLUフォルダに'",
    license_url=f"https://github.com/nlp-waseda/JMMLU/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=tuple(File(path=f"JMMLU/{subject}.csv", url=URL, split="test") for subject in SUBJECTS),
    read=_mmlu.read,
    tasks=(replace(TASK, bench=False, instruction_lang="ja", phrasings=TASK.id),),
    version=COMMIT,
)

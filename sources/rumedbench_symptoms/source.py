"""RuMedSymptomRec of RuMedBench: complaints of Russian patients and one more symptom to ask about.

Upstream format, checked on the files: `data/RuMedSymptomRec/{dev,test}_v1.jsonl`, one `{idx, symptoms, code}` a line,
where `code` is a symptom in words: 415 and 415 complaints with 126 and 129 symptoms. The symptom was taken out of the
record, so it is not to be found in the text. `train_v1.jsonl` (2,470 by the paper) was not at hand.
"""

from __future__ import annotations

from medcorpus import Label, Source

from .. import _rumedbench, _tasks

source = Source(
    **_rumedbench.FACTS,
    title="RuMedSymptomRec (RuMedBench)",
    about="3,300 complaints from Russian outpatient records, each with a symptom that the patient has as well.",
    shape=Label,
    folder=_rumedbench.FOLDER,
    files=_rumedbench.files("RuMedSymptomRec"),
    read=_rumedbench.labelled,
    tasks=(_tasks.own("rumedbench_symptoms_recommendation", "Diagnosis", "Clinical Text", "ru", output="{labels}"),),
)

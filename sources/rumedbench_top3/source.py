"""RuMedTop3 of RuMedBench: complaints of Russian patients and the code of the disease that was found.

Upstream format, checked on the files: `data/RuMedTop3/{dev,test}_v1.jsonl`, one `{idx, symptoms, code}` a line; 848
and 822 complaints with 104 codes of ICD-10 in each and 105 in both, of three characters. `train_v1.jsonl` (4,690 by
the paper) was not at hand. Upstream scores the three likeliest codes; here the one code is asked for. Dates and names
are masked (`*ДАТА*`).
"""

from __future__ import annotations

from medcorpus import Label, Source

from .. import _rumedbench, _tasks

source = Source(
    **_rumedbench.FACTS,
    title="RuMedTop3 (RuMedBench)",
    about="6,360 complaints from Russian outpatient records, each with the ICD-10 code of the diagnosis.",
    shape=Label,
    folder=_rumedbench.FOLDER,
    files=_rumedbench.files("RuMedTop3"),
    read=_rumedbench.labelled,
    tasks=(_tasks.own("rumedbench_top3_diagnosis", "Diagnosis", "Clinical Text", "ru", output="{labels}"),),
)

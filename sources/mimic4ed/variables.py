"""What the variables of the benchmark's table are, in the order in which they are told; names from its scripts."""

from __future__ import annotations

PERSON = {"age": "Age (years)", "gender": "Gender"}
VISITS = {
    f"n_{unit}_{days}d": f"{told} in the last {days} days"
    for unit, told in (("ed", "Emergency visits"), ("hosp", "Hospital stays"), ("icu", "Intensive care stays"))
    for days in (30, 90, 365)
}
VITALS = {
    "temperature": "temperature (°F)",
    "heartrate": "heart rate (per minute)",
    "resprate": "respiratory rate (per minute)",
    "o2sat": "oxygen saturation (%)",
    "sbp": "systolic blood pressure (mmHg)",
    "dbp": "diastolic blood pressure (mmHg)",
}
TRIAGE = {f"triage_{column}": f"At triage, {told}" for column, told in VITALS.items()}
GRADES = {"triage_pain": "At triage, pain (0 to 10)", "triage_acuity": "At triage, acuity (1 is most urgent, 5 least)"}
COMPLAINTS = {
    f"chiefcom_{column}": f"Complains of {told}"
    for column, told in {
        "chest_pain": "chest pain",
        "abdominal_pain": "abdominal pain",
        "headache": "headache",
        "shortness_of_breath": "shortness of breath",
        "back_pain": "back pain",
        "cough": "cough",
        "nausea_vomiting": "nausea or vomiting",
        "fever_chills": "fever or chills",
        "syncope": "syncope",
        "dizziness": "dizziness",
    }.items()
}
HISTORY = {
    column: f"History of {told}"
    for column, told in {
        "cci_MI": "myocardial infarction",
        "cci_CHF": "congestive heart failure",
        "cci_PVD": "peripheral vascular disease",
        "cci_Stroke": "cerebrovascular disease",
        "cci_Dementia": "dementia",
        "cci_Pulmonary": "chronic pulmonary disease",
        "cci_Rheumatic": "rheumatic disease",
        "cci_PUD": "peptic ulcer disease",
        "cci_Liver1": "mild liver disease",
        "cci_DM1": "diabetes without chronic complications",
        "cci_DM2": "diabetes with chronic complications",
        "cci_Paralysis": "hemiplegia or paraplegia",
        "cci_Renal": "renal disease",
        "cci_Cancer1": "malignancy",
        "cci_Liver2": "moderate or severe liver disease",
        "cci_Cancer2": "metastatic solid tumor",
        "cci_HIV": "HIV infection or AIDS",
        "eci_Arrhythmia": "cardiac arrhythmia",
        "eci_Valvular": "valvular heart disease",
        "eci_PHTN": "pulmonary circulation disorder",
        "eci_HTN1": "hypertension with complications",
        "eci_HTN2": "hypertension without complications",
        "eci_NeuroOther": "other neurological disorder",
        "eci_Hypothyroid": "hypothyroidism",
        "eci_Lymphoma": "lymphoma",
        "eci_Coagulopathy": "coagulopathy",
        "eci_Obesity": "obesity",
        "eci_WeightLoss": "weight loss",
        "eci_FluidsLytes": "fluid or electrolyte disorder",
        "eci_BloodLoss": "blood loss anemia",
        "eci_Anemia": "deficiency anemia",
        "eci_Alcohol": "alcohol abuse",
        "eci_Drugs": "drug abuse",
        "eci_Psychoses": "psychosis",
        "eci_Depression": "depression",
    }.items()
}
STAY = {f"ed_{column}_last": f"At the end of the stay, {told}" for column, told in VITALS.items()} | {
    "ed_los": "Length of the emergency stay",
    "n_med": "Different drugs given during the stay",
    "n_medrecon": "Different drugs taken at home",
}

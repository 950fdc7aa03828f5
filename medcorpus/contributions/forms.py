"""The forms that a release can be written in, by name."""

FORM = "meds-ins-json"
"""MedS-Ins task files."""
FORMS = (FORM,)

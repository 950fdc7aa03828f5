"""The 19 task categories and five text domains of MedS-Ins, by their exact names.

The names are those of the figure in *Towards Evaluating and Building Versatile Large Language Models for
Medicine* (npj Digital Medicine, 2025); the aliases are what people type.
"""

from __future__ import annotations

CATEGORIES: dict[str, str] = {
    "outcome": "Clinical Outcome Prediction",
    "diagnosis": "Diagnosis",
    "qa": "Question Answering",
    "summarization": "Text Summarization",
    "completion": "Text Completion",
    "explanation": "Explanation",
    "classification": "Text Classification",
    "retrieval": "Text Retrieval",
    "ie": "Information Extraction",
    "dialogue": "Dialogue",
    "ner": "Named Entity Recognition",
    "treatment": "Treatment Planning",
    "composition": "Sentence Composition Analysis",
    "nli": "Natural Language Inference",
    "translation": "Translation",
    "word_relation": "Word Relation Classification",
    "intent": "Intent Identification",
    "fact": "Fact Verification",
    "wrong_candidate": "Wrong Candidate Generation",
}
"""Alias to exact category name."""

DOMAINS: tuple[str, ...] = (
    "Medical Knowledge",
    "Clinical Text",
    "Academical Papers",
    "Exam",
    "Daily Conversation",
)
"""Text domains, spelt as the paper's figure spells them."""

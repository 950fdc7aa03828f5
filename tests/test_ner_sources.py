"""What the sources of named entities ask and want, rendered from their samples."""

from __future__ import annotations

import pytest

from medcorpus import contract, registry
from medcorpus.records import Span, Spans
from medcorpus.render import render

NOTHING = "There is no related entity."


def made(name: str, task_id: str) -> list[tuple[str, tuple[str, ...]]]:
    """Render the sample of a source for one of its tasks: the end of each input, and what is wanted."""
    sample = contract.sample(name)
    task = next(task for task in registry.get(name).tasks if task.id == task_id)
    rendered = [render(task, record, row, ("",)) for record, row in zip(sample.records, sample.rows)]
    return [(i.input[-12:], i.output) for i in rendered if i]


@pytest.mark.parametrize(
    ("name", "task_id", "wanted"),
    [
        ("linnaeus", "task33", [("Mice", "Listeria monocytogenes"), ("patients",)]),
        ("bc2gm", "task31", [("albumin",), ("BRCA1", "breast cancer 2 , early onset")]),
        ("anem", "task35", [("Red blood cells", "leukocytes"), ("Hepatocytes",)]),
        ("anem", "task36", [("urine",), ("serum",)]),
        ("biocreative_v", "task28", [("Hair loss", "bipolar disorder"), ("headache",)]),
        ("bc4_chem", "task125", [("zinc\ncopper",), (NOTHING,), ("1 , 2 - dichloroethane\nHCl",)]),
        ("species800", "task128", [("Daphnia magna\nChlorella",), (NOTHING,)]),
        ("jnlpba", "jnlpba_ner", [("IL-2 (protein)\nT cells (cell_type)",), (NOTHING,)]),
        ("ddi_corpus", "ddi_corpus_drug_ner", [("Warfarin (drug)\ncimetidine (drug)\nACE inhibitors (group)",)]),
        (
            "ddi_corpus",
            "ddi_corpus_relations",
            [
                ("Warfarin + cimetidine (mechanism)",),
                ("Beta- blockers + Marcoumar (advise)\nalpha-blockers + Marcoumar (int)",),
                ("Lithium + diuretics (int)",),
                ("There is no interaction.",),
            ],
        ),
        ("biocreative_v", "biocreative_v_cid", [("lithium -> Hair loss",), ("There is no such pair.",)]),
        ("pico", "task1", [("Sixty women with asthma , aged 20 to 40",), ("not found",)]),
        ("pico", "task2", [("budesonide\nplacebo",), ("not found",)]),
        ("pico", "task3", [("not found",), ("Peak flow\nquality of life",)]),
        (
            "radiopaedia_caption_ner",
            "task72",
            [('[["Small effusion", "Abnormality"], ["left pleural space", "Anatomy"]]',)],
        ),
    ],
)
def test_what_is_wanted(name: str, task_id: str, wanted: list[tuple[str, ...]]) -> None:
    assert [output for _, output in made(name, task_id)][: len(wanted)] == wanted


def test_a_report_sentence_is_shown_as_it_was_written() -> None:
    assert made("radiopaedia_caption_ner", "task72")[2] == ("Two views.", ("[]",))


def test_only_test_rows_serve_the_task_of_the_benchmark_alone() -> None:
    rows = contract.sample("bc5_chem").rows
    assert len(made("bc5_chem", "task127")) == sum(row["split"] == "test" for row in rows) < len(rows)


def test_a_name_is_listed_once_and_labels_that_are_not_asked_for_are_left_out() -> None:
    places = ((0, 5, "Disease"), (6, 10, "Chemical"), (11, 16, "Disease"))
    spans = tuple(Span(label=label, offsets=((a, b),), text="cough zinc cough"[a:b]) for a, b, label in places)
    record = Spans(text="cough zinc cough", spans=spans, split="test")
    wanted = [task.fields(record) for task in registry.get("bc5_chem").tasks if task.fields]
    assert wanted == [{"names": "zinc"}, {"names": "cough"}]


def test_two_of_three_experts_decide() -> None:
    first = contract.sample("pico").records[0]
    assert isinstance(first, Spans)
    assert [(s.label, s.text) for s in first.spans] == [
        ("participants", "Sixty women with asthma , aged 20 to 40"),
        ("interventions", "budesonide"),
        ("interventions", "placebo"),
    ]

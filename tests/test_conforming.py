"""The quick test of manifests takes what is right and never what jsonschema refuses."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.conforming import conforms_to
from medcorpus.release import SCHEMA
from medcorpus.schema import SCHEMAS
from tests.manifests import manifest

MANIFEST_SCHEMA = json.loads((SCHEMAS / SCHEMA).read_text(encoding="utf-8"))
CONFORMS = conforms_to(MANIFEST_SCHEMA)
JUDGE = jsonschema.Draft202012Validator(MANIFEST_SCHEMA)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats()
    | st.sampled_from(["", "yes", "a\n", "0" * 64, "../a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["rows", "path", "x"]), inner),
)


@pytest.mark.parametrize("product", ["mmedc", "meds-ins", "mmedbench", "meds-bench"])
def test_right_manifest_is_taken_at_once(product: str) -> None:
    assert CONFORMS(manifest(product) | {"files": [{"path": "data/a/train.parquet", "bytes": 1, "sha256": "0" * 64}]})


EDITION = {"version": "1.0.0", "root": "0" * 64}


@pytest.mark.parametrize("previous", [None, EDITION], ids=["first", "later"])
def test_right_manifest_of_what_is_published_is_taken_at_once(previous: Any) -> None:
    published = {"date": "2026-01-31", "repository": "someone/meds-ins", "built": EDITION, "previous": previous}
    assert CONFORMS(manifest() | {"files": [], "published": published | {"withheld": {}}})


@given(st.data(), VALUES)
def test_what_is_taken_jsonschema_takes_too(data: st.DataObject, value: Any) -> None:
    spoilt = copy.deepcopy(manifest() | {"files": []})
    holder, name = _drawn_place(data, spoilt)
    holder[name] = value
    assert not CONFORMS(spoilt) or JUDGE.is_valid(spoilt)


@given(st.data())
def test_manifest_that_lacks_something_is_taken_only_if_it_may(data: st.DataObject) -> None:
    spoilt = copy.deepcopy(manifest() | {"files": []})
    holder, name = _drawn_place(data, spoilt)
    del holder[name]
    assert CONFORMS(spoilt) == JUDGE.is_valid(spoilt)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "uniqueItems": True},
        {"minItems": 1},
        {"type": "integer", "multipleOf": 2},
        {"$ref": "#/elsewhere"},
    ],
    ids=str,
)
def test_what_the_quick_test_does_not_know_it_does_not_take(schema: dict[str, Any]) -> None:
    assert not any(map(conforms_to(schema), ([], [1, 1], 1, 1.5)))


def _drawn_place(data: st.DataObject, value: Any) -> tuple[Any, Any]:
    """Draw a place in nested values: what holds it, and its name or position there."""
    while True:
        names = sorted(value) if isinstance(value, dict) else range(len(value))
        name = data.draw(st.sampled_from(list(names)))
        inner = value[name]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            return value, name
        value = inner

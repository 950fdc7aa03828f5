"""The kind of a row's text is the fact its source states."""

from __future__ import annotations

import pyarrow as pa
import pytest

from medcorpus.errors import UnknownNameError
from medcorpus.stages.kind import Kind
from tests import made


@pytest.mark.parametrize(("stated", "expected"), [("leaflet", "leaflet"), ("", None)])
def test_row_gets_the_kind_its_source_states(
    stated: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.register(monkeypatch, made.source(kind=stated))
    kinds = Kind().annotate(pa.table({"source": [made.NAME, "elsewhere", None]}), None)
    assert kinds.to_pydict() == {"kind": [expected, None, None]}


def test_rows_of_peoples_own_files_have_none() -> None:
    assert Kind().annotate(pa.table({"text": ["x"]}), None).to_pydict() == {"kind": [None]}


def test_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="there is no kind of text 'leaflets' - did you mean 'leaflet'"):
        made.source(kind="leaflets")

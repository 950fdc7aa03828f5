"""Rules decide in order, and what cannot be decided is not published."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus import products
from medcorpus.errors import SourceError, UnknownNameError
from medcorpus.product import KEPT, judge

ROWS = pl.DataFrame({"n": [5, -1, 0, None], "lang": ["en", "de", "de", "en"]})
RULES = {"negative": pl.col("n") >= 0, "not English": pl.col("lang") == "en"}


def test_row_is_counted_under_the_first_rule_it_fails() -> None:
    assert judge(ROWS, RULES).to_list() == [KEPT, "negative", "not English", "negative"]


@given(st.permutations(list(RULES)))
def test_order_of_rules_never_changes_what_is_kept(order: list[str]) -> None:
    assert (judge(ROWS, {n: RULES[n] for n in order}) == KEPT).to_list() == [True, False, False, False]


def test_no_rule_keeps_all() -> None:
    assert set(judge(ROWS, {})) == {KEPT}


def test_no_rows_give_no_verdicts() -> None:
    assert judge(ROWS.clear(), RULES).len() == 0


def test_rule_may_not_be_called_kept() -> None:
    with pytest.raises(SourceError):
        judge(ROWS, {KEPT: pl.lit(True)})


def test_the_four_products() -> None:
    assert list(products.PRODUCTS) == ["mmedc", "meds-ins", "mmedbench", "meds-bench"]


def test_unknown_product_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'mmedbench'"):
        products.get("mmedbenhc")

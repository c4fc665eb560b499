"""What the formula of rank promises, whatever the numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.ranking.formula import HALF_LIFE, Strength, rank

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)

MOMENTS = st.timedeltas(timedelta(days=-9000), timedelta(days=9000)).map(NOON.__add__)


@st.composite
def strengths(draw: st.DrawFn) -> Strength:
    """Counts as coverage can have them: no more early voices or countries than voices."""
    independent = draw(st.integers(1, 500))
    return Strength(
        independent, draw(st.integers(1, independent)), draw(st.integers(0, independent))
    )


@given(MOMENTS, strengths(), st.integers(1, 500))
def test_more_independent_reports_rank_higher(middle, strength, more):
    stronger = replace(strength, independent=strength.independent + more)
    assert rank(middle, stronger) > rank(middle, strength)


@given(MOMENTS, strengths(), st.integers(1, 500))
def test_reports_that_came_faster_rank_higher(middle, strength, more):
    faster = replace(strength, early=strength.early + more)
    assert rank(middle, faster) > rank(middle, strength)


@given(MOMENTS, strengths(), st.integers(2, 500))
def test_reports_from_more_countries_rank_higher(middle, strength, more):
    broader = replace(strength, countries=strength.countries + more)
    assert rank(middle, broader) > rank(middle, strength)


@given(MOMENTS, strengths(), strengths(), strengths())
def test_an_edition_ranks_higher_what_its_own_sources_report_more_strongly(
    middle, everywhere, here, there
):
    weak, strong = sorted((here, there), key=lambda strength: strength.total)
    assert rank(middle, everywhere, weak) <= rank(middle, everywhere, strong)


@given(MOMENTS, strengths())
def test_the_order_of_two_stories_does_not_change_as_time_passes(middle, strength):
    # Twice the reports are worth one half-life: then, and whenever they are compared.
    doubled = replace(strength, independent=2 * strength.independent)
    assert rank(middle, doubled) == pytest.approx(rank(middle + HALF_LIFE, strength))


@given(st.integers(0, 3600), st.integers(0, 3600), strengths())
def test_a_lone_report_never_stands_above_a_confirmed_one_of_the_same_hour(
    alone_at, confirmed_at, strength
):
    confirmed = replace(strength, independent=strength.independent + 1)
    lone = rank(NOON + timedelta(seconds=alone_at), Strength(1, 1, 1))
    assert rank(NOON + timedelta(seconds=confirmed_at), confirmed) > lone

"""Agglomeration on small graphs whose right answer is plain."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from articles.clustering.linkage import agglomerate, inherit


def graph(*edges: tuple[int, int, float]) -> dict[int, dict[int, float]]:
    likeness: dict[int, dict[int, float]] = defaultdict(dict)
    for one, other, value in edges:
        likeness[one][other] = value
        likeness[other][one] = value
    return likeness


def test_what_is_alike_is_put_together_and_the_rest_stays_alone():
    likeness = graph((1, 2, 0.9), (3, 4, 0.8), (2, 3, 0.1))
    assert agglomerate([1, 2, 3, 4, 5], likeness, 0.4, 1.0) == [[1, 2], [3, 4], [5]]


def test_a_chain_of_likeness_does_not_make_one_group():
    likeness = graph(*((at, at + 1, 0.5) for at in range(9)))
    assert max(map(len, agglomerate(range(10), likeness, 0.4, 1.0))) == 2


def test_a_smaller_power_asks_less_of_large_groups():
    likeness = graph(*((one, other, 1.0) for one in range(6) for other in range(one)))
    for other in range(3):
        likeness[9][other] = likeness[other][9] = 0.7
    assert [9] in agglomerate([*range(6), 9], likeness, 0.4, 1.0)
    assert agglomerate([*range(6), 9], likeness, 0.4, 0.8) == [[0, 1, 2, 3, 4, 5, 9]]


def test_nodes_outside_are_not_looked_at():
    likeness = graph((1, 2, 0.9), (2, 3, 0.9))
    assert agglomerate([1, 3], likeness, 0.4, 1.0) == [[1], [3]]


edges = st.dictionaries(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(1, 100).map(lambda value: value / 100),
    max_size=40,
)


@given(edges, st.randoms())
def test_the_outcome_is_a_partition_whatever_the_order_of_the_nodes(found, random):
    likeness = graph(*((one, other, value) for (one, other), value in found.items()))
    nodes = list(range(13))
    groups = agglomerate(nodes, likeness, 0.3, 0.85)
    assert sorted(node for group in groups for node in group) == nodes
    random.shuffle(nodes)
    assert agglomerate(nodes, likeness, 0.3, 0.85) == groups


def test_a_group_goes_on_as_the_one_it_shares_most_with():
    former = {1: 10, 2: 10, 3: 10, 4: 20, 5: 20}
    assert inherit([[1, 2], [3, 4, 5], [6]], former) == [10, 20, None]


def test_a_former_group_is_continued_once_only():
    assert inherit([[1, 2], [3]], {1: 10, 2: 10, 3: 10}) == [10, None]


def test_of_two_groups_that_become_one_the_larger_goes_on_and_at_a_tie_the_older():
    assert inherit([[1, 2, 3]], {1: 10, 2: 20, 3: 20}) == [20]
    assert inherit([[1, 2]], {1: 20, 2: 10}) == [10]

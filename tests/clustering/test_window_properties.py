"""What holds of any news at all."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from articles.clustering.parameters import DAY, DEFAULT
from articles.clustering.types import Document
from tests.clustering.news import NOON, Reader, window

WORDS = """
    bridge harbour crack cable volcano kessa village erupts cup rovers vale penalty final
    minister budget strike ferry aground museum clock wing storm coast
""".split()  # noqa: SIM905

OUTLETS = {4: "AP News", 5: "Reuters"}

titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
documents = st.lists(
    st.builds(
        lambda title, source, days, authors: (title, source, NOON + days * DAY, authors),
        titles,
        st.integers(1, 5),
        st.integers(0, 40).map(lambda step: step / 4),
        st.sampled_from(((), (), ("Reuters",), ("dpa/jr",))),
    ),
    min_size=1,
    max_size=30,
).map(
    lambda rows: [
        Document(number, title, "", source, at, authors, OUTLETS.get(source, ""))
        for number, (title, source, at, authors) in enumerate(rows, start=1)
    ]
)
QUICK = settings(max_examples=60, deadline=None)


def read(given: list[Document], batch: int) -> Reader:
    reader, into = Reader(), window()
    for start in range(0, len(given), batch):
        reader.take(into.group(given[start : start + batch]))
    return reader


@QUICK
@given(documents, st.integers(1, 12))
def test_every_article_has_one_story_and_copies_share_their_originals(found, batch):
    reader = read(found, batch)
    assert set(reader.places) == {each.id for each in found}
    for copy, original in reader.copies().items():
        assert original not in reader.copies()
        assert reader.places[copy].story == reader.places[original].story


@QUICK
@given(documents, st.integers(1, 12), st.integers(1, 12), st.randoms())
def test_copies_do_not_depend_on_the_order_or_the_batches(found, batch, other, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert read(found, batch).copies() == read(shuffled, other).copies()


@QUICK
@given(documents, st.integers(1, 12))
def test_copies_are_of_another_source_and_later_or_of_an_agencys_text(found, batch):
    known = {each.id: each for each in found}
    for copy, original in read(found, batch).copies().items():
        assert known[copy].source != known[original].source
        assert known[original].outlet or known[original].published <= known[copy].published


@QUICK
@given(documents, st.integers(1, 12))
def test_similar_news_is_short_mixed_and_mutual(found, batch):
    reader = read(found, batch)
    known = {each.id: each for each in found}
    copies = reader.copies()
    for article, links in reader.similar.items():
        texts = [copies.get(other, other) for other in links]
        assert len(links) <= DEFAULT.similar_limit
        assert max(Counter(known[other].source for other in links).values(), default=0) <= 3
        assert len({copies.get(article, article), *texts}) == len(texts) + 1
        assert list(links.values()) == sorted(links.values(), reverse=True)
        for other, score in links.items():
            assert DEFAULT.similar_floor <= score <= 1
            assert reader.similar[other].get(article, score) == score


@QUICK
@given(documents, st.integers(1, 12))
def test_the_same_news_twice_gives_the_same_result(found, batch):
    one, other = read(found, batch), read(found, batch)
    assert one.places == other.places
    assert one.similar == other.similar


@QUICK
@given(documents, st.integers(0, 10))
def test_forgetting_leaves_the_rest_as_it_is(found, days):
    into = window()
    into.group(found)
    before = NOON + days * DAY
    dropped = into.forget(before)
    assert len(into) == len(found) - dropped
    assert dropped <= sum((each.published or 0) < before for each in found)
    assert into.group([]).placements == ()

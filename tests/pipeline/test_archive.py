"""Earlier coverage, looked up once in the whole archive."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from articles.models import SIMILAR_LIMIT, Article, SimilarLink
from articles.pipeline.archive import complete_similar
from tests.factories import make_article, make_source

pytestmark = pytest.mark.django_db

DAM = (
    "Engineers warn that the Corrie dam is cracking",
    "Corrie dam: engineers find a second crack",
    "Villages below the Corrie dam rehearse an evacuation",
)
OTHERS = (
    "Choir of Lowmoor sings in the cathedral",
    "Prices of apples rise for the third month",
    "New tram line opens in Easthaven",
    "Painter of Lowmoor wins a prize",
)


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def old(title: str, days: int, **fields) -> Article:
    fields = {"excerpt": "", "language": "en"} | fields
    return make_article(title=title, published_at=timezone.now() - timedelta(days=days), **fields)


def similar_titles(article: Article) -> list[str]:
    links = SimilarLink.objects.filter(article=article).order_by("position")
    return list(links.values_list("similar__title", flat=True))


def test_earlier_coverage_is_found_however_old_and_the_rest_is_not():
    new = old(DAM[0], 0)
    for days, title in enumerate((*DAM[1:], *OTHERS), 300):
        old(title, days)

    complete_similar(new)

    assert set(similar_titles(new)) == set(DAM[1:])
    assert SimilarLink.objects.filter(from_archive=True).count() == 2


def test_the_archive_is_searched_once():
    new = old(DAM[0], 0)
    old(OTHERS[0], 300)
    complete_similar(new)
    old(DAM[1], 200)

    complete_similar(new)

    assert similar_titles(new) == []


def test_what_the_window_found_stays_first_and_is_not_doubled():
    new, near, far = old(DAM[0], 0), old(DAM[1], 1), old(DAM[2], 100)
    for title in OTHERS:
        old(title, 50)
    SimilarLink.objects.create(article=new, similar=near, score=0.4, position=0)

    complete_similar(new)

    assert similar_titles(new) == [near.title, far.title]


def test_few_of_each_source_and_at_most_the_limit_are_linked():
    one = make_source()
    new = old(DAM[0], 0)
    near = old("Engineers warn of the Corrie dam", 1, source=one)
    SimilarLink.objects.create(article=new, similar=near, score=0.4, position=0)
    for n in range(4):
        old(f"Engineers warn that the Corrie dam is cracking again {n}", 90 + n, source=one)
    for n in range(SIMILAR_LIMIT + 3):
        old(f"Corrie dam: engineers warn again, {n}", 100 + n)
    for n in range(60):
        old(f"Item {n} about paragraph {n} of something else", 50)

    complete_similar(new)

    links = SimilarLink.objects.filter(article=new)
    sources = Counter(links.values_list("similar__source", flat=True))
    assert sources.total() == SIMILAR_LIMIT
    assert max(sources.values()) == sources[one.pk] == 3


def test_copies_are_folded_into_what_they_copy():
    new, original = old(DAM[0], 0), old(DAM[1], 90)
    old(DAM[1], 89, copy_of=original)
    for title in OTHERS:
        old(title, 50)

    complete_similar(new)

    assert similar_titles(new) == [original.title]


def test_the_copy_of_what_is_linked_already_is_not_linked_too():
    new, original = old(DAM[0], 0), old(DAM[1], 1)
    old(DAM[1], 1, copy_of=original)
    for title in OTHERS:
        old(title, 50)
    SimilarLink.objects.create(article=new, similar=original, score=0.4, position=0)

    complete_similar(new)

    assert [link.similar for link in SimilarLink.objects.filter(article=new)] == [original]


def test_what_an_article_copies_is_not_similar_news_to_it():
    original = old(DAM[1], 1)
    copied = old(DAM[0], 0, copy_of=original)
    for title in OTHERS:
        old(title, 50)

    complete_similar(copied)

    assert similar_titles(copied) == []


def test_words_that_are_hostile_to_a_query_are_harmless():
    new = old(r"It's ':* & | ! \ <-> a (dam) o'dam'", 0)
    old(r"It's ':* & | ! \ <-> a (dam) o'dam' again", 10)

    complete_similar(new)

    assert len(similar_titles(new)) == 1

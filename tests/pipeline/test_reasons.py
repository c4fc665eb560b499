"""Why an article is in its story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article
from articles.pipeline import reasons
from articles.pipeline.reasons import CLOSE, reason
from tests.factories import make_article, make_source, make_story

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def told(title: str, excerpt: str = "", *, hours: float = 0, **fields) -> Article:
    return make_article(title, excerpt=excerpt, published_at=NOW - timedelta(hours=hours), **fields)


def asked(article: Article) -> reasons.Reason:
    return reason(Article.objects.get(pk=article.pk))


def test_it_names_the_report_that_is_most_alike():
    dam = told("Engineers warn that the Corrie dam is cracking")
    near = told("Corrie dam: engineers find a second crack")
    far = told("Choir of Lowmoor sings for the engineers")
    make_story(dam, far, near)

    found = asked(dam)

    assert found.match == near
    assert not found.same_text
    assert found.similarity > CLOSE
    assert found.compared == 2


def test_it_tells_names_and_words_as_the_article_writes_them_the_strongest_first():
    dam = told("Engineers warn that the Corrie dam cracks", "The engineers of Corrie are alarmed.")
    make_story(dam, told("Crack in dam at Corrie alarms engineer"))

    found = asked(dam)

    assert [shared.word for shared in found.names] == ["Corrie"]
    assert {shared.word for shared in found.words} == {"engineers", "dam", "cracks", "alarmed"}
    shares = [shared.share for shared in found.words]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) + found.names[0].share == pytest.approx(1, abs=0.05)
    assert found.strongest == max(*shares, found.names[0].share)


def test_words_that_everybody_uses_are_not_named():
    dam = told("Corrie dam shut after the rain in the north")
    make_story(dam, told("After the flood: who is at the Corrie dam in the night"))

    words = {shared.word.lower() for shared in (*asked(dam).names, *asked(dam).words)}

    assert words == {"corrie", "dam"}


def test_a_copy_has_the_text_of_its_original():
    dam = told("Engineers warn that the Corrie dam is cracking")
    copy = told("Corrie dam cracks", copy_of=dam)
    make_story(dam, copy, told("Corrie dam: engineers find a second crack"))

    found = asked(copy)

    assert (found.match, found.same_text) == (dam, True)


def test_an_original_does_not_match_its_own_copies():
    dam = told("Engineers warn that the Corrie dam is cracking")
    copy = told("Engineers warn that the Corrie dam is cracking", copy_of=dam)
    other = told("Second crack in dam")
    make_story(dam, copy, other)

    assert asked(dam).match == other


def test_a_copy_whose_original_is_elsewhere_matches_the_reports_beside_it():
    dam = told("Engineers warn that the Corrie dam is cracking")
    make_story(dam)
    copy = told("Corrie dam is cracking", copy_of=dam)
    sibling = told("Corrie dam is cracking", copy_of=dam)
    other = told("Second crack in dam")
    make_story(copy, sibling, other)

    found = asked(copy)

    assert (found.match, found.same_text, found.compared) == (other, False, 1)


def test_alone_with_its_copies_it_matches_nothing():
    dam = told("Engineers warn that the Corrie dam is cracking")
    make_story(dam, told("Engineers warn that the Corrie dam is cracking", copy_of=dam))

    found = asked(dam)

    assert (found.match, found.compared) == (None, 0)


def test_among_reports_without_a_common_word_it_matches_nothing():
    dam = told("Corrie dam cracks")
    make_story(dam, told("Choir sings"), told("Apples rise"))

    found = asked(dam)

    assert (found.match, found.compared, found.close) == (None, 2, 0)


def test_in_no_story_it_matches_nothing():
    waiting = told("Corrie dam cracks")
    told("Corrie dam cracks again")

    assert asked(waiting).match is None


def test_of_two_reports_equally_alike_the_nearer_in_time_is_named():
    title = "Corrie dam: engineers find a second crack"
    dam = told("Engineers warn that the Corrie dam is cracking")
    source = make_source()  # of one source, so neither is a copy
    earlier, nearer = (told(title, hours=hours, source=source) for hours in (9, 1))
    make_story(dam, earlier, nearer)

    assert asked(dam).match == nearer


def test_an_article_without_words_matches_nothing():
    dash = told("—")
    make_story(dash, told("Corrie dam cracks"))

    assert asked(dash).match is None


def test_in_a_large_story_those_nearest_in_time_are_compared(monkeypatch):
    monkeypatch.setattr(reasons, "NEAREST", 3)
    dam = told("Engineers warn that the Corrie dam is cracking", hours=10)
    others = [told("Second crack in Corrie dam", hours=hours) for hours in (1, 7, 9, 11, 20)]
    make_story(dam, *others)

    found = asked(dam)

    assert (found.compared, found.of_nearest) == (3, True)
    assert found.match in others[1:4]


def test_it_takes_one_query_however_many_reports_there_are(connection):
    def queries(size: int) -> int:
        reports = [told(f"Report {number} on Corrie dam") for number in range(size)]
        make_story(*reports)
        article = Article.objects.get(pk=reports[0].pk)
        with CaptureQueriesContext(connection) as captured:
            assert reason(article).compared == size - 1
        return len(captured)

    assert queries(3) == queries(12) == 1

"""What is new since a reader was last here: told by cookies, resolved outside of the views."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.sanitise import clean_html
from articles.web import visits
from articles.web.delivery import Delivery
from articles.web.marks import Marked, piece
from articles.web.visits import MOST_STORIES, Visit, read_stories, write_stories
from tests.factories import make_article, make_story

NOW = 1_763_700_000
HOUR = 3600
ONE = "{% load visits %}{% fresh moment %}"
ALL = "{% load visits %}{% fresh_count moments %}"


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def shown(template: str, since: int, **context: object) -> str:
    """What a template becomes for a reader whose last visit was at `since`."""
    marked = Marked.read(Template(template).render(Context(context)).encode())
    return marked.page(marked.variant(since)).decode()


# Cookies


@given(since=st.integers(0, NOW), seen=st.integers(0, NOW))
def test_a_visit_is_read_as_it_was_written(since, seen):
    visit = Visit(min(since, seen), max(since, seen))
    assert Visit.read(visit.write(), NOW) == visit


@pytest.mark.parametrize(
    "text", ["", "x", ".", "1.", "-1.2", "2.1", "zzzzzzzz.1", "1.zzzzzzz", "1.2.3", "١.٢", "1.2\n"]
)
def test_a_malformed_visit_is_none(text):
    assert Visit.read(text, NOW) is None


@given(st.text())
def test_nothing_that_a_browser_sends_is_an_error(text):
    cookies = {visits.COOKIE: text, visits.STORIES_COOKIE: text}
    assert visits.reading(cookies, NOW, story=1, counts=True).notes


def test_a_visit_goes_on_until_half_an_hour_of_silence():
    visit = Visit(5, NOW)
    assert visit.at(NOW + 60) == visit
    assert visit.at(NOW + 600) == Visit(5, NOW + 600)
    assert visit.at(NOW + HOUR) == Visit(NOW, NOW + HOUR)


def test_stories_are_read_as_they_were_written_and_the_oldest_are_forgotten():
    seen = {pk: Visit(0, NOW - pk) for pk in range(1, MOST_STORIES + 10)}
    kept = read_stories(write_stories(seen), NOW)
    assert kept == {pk: seen[pk] for pk in range(1, MOST_STORIES + 1)}


def test_of_stories_what_is_malformed_is_left_out():
    text = f"1.x_{write_stories({7: Visit(1, 2)})}_.._9.1.2.3"
    assert read_stories(text, NOW) == {7: Visit(1, 2)}


def test_the_longest_list_of_stories_fits_into_a_cookie():
    assert len(write_stories({10**12 + pk: Visit(NOW, NOW) for pk in range(60)})) < 2000


# Marks


def test_what_came_after_the_last_visit_is_marked_new():
    assert shown(ONE, NOW - HOUR, moment=moment(NOW)) == '<span class="fresh">New</span>'


@pytest.mark.parametrize("since", [0, NOW, NOW + HOUR])
def test_nothing_is_marked_on_a_first_visit_or_when_it_was_there_before(since):
    assert shown(ONE, since, moment=moment(NOW + 0.5)) == ""


def test_what_has_no_time_is_not_marked():
    assert shown(ONE, 1, moment=None) == shown(ALL, 1, moments=[None]) == ""


@pytest.mark.parametrize(
    ("since", "words"),
    [(NOW - 4 * HOUR, "3 new"), (NOW - 2 * HOUR, "2 new"), (NOW - 900, "1 new"), (NOW, "")],
)
def test_new_things_are_counted_from_the_last_visit(since, words):
    times = [moment(NOW - back * HOUR) for back in (0, 3, 0.5)]
    told = shown(ALL, since, moments=times)
    assert told == (
        f'<span class="fresh-count">{words} since you were here</span>' if words else ""
    )


def test_things_of_one_second_are_counted_together():
    assert "2 new" in shown(ALL, NOW - 1, moments=[moment(NOW), moment(NOW + 0.5)])


@pytest.mark.parametrize(("since", "told"), [(40, "40 new"), (41, "More than 40 new")])
def test_of_very_many_it_is_said_that_they_are_more(since, told):
    times = [moment(NOW - ago) for ago in range(60)]
    assert f">{told} since you were here<" in shown(ALL, NOW - since, moments=iter(times))
    assert ">More than 40 new since" in shown(ALL, 1, moments=times)


def test_nothing_new_is_counted_on_a_first_visit():
    assert shown(ALL, 0, moments=[moment(NOW)]) == ""


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=6), st.integers(0, 60))
def test_readers_with_one_variant_get_what_their_own_last_visit_says(spans, since):
    page = "all".join(piece(f"[{at}]", *span) for at, span in enumerate(spans))
    marked = Marked.read(page.encode())
    wanted = "all".join(
        f"[{at}]" if start <= since < end else "" for at, (start, end) in enumerate(spans)
    )
    assert marked.page(marked.variant(since)).decode() == wanted


def test_a_feed_cannot_write_a_mark():
    forged = piece("forged", 0, NOW)
    assert Template("{{ text }}").render(Context({"text": forged})).count("<!--") == 0
    assert "<!--" not in clean_html(f"<p>{forged}</p>")


# Answers


def set_time(monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    monkeypatch.setattr("articles.web.delivery.time.time", lambda: now)


@pytest.fixture
def story_path(uk) -> str:
    return make_story(make_article()).get_absolute_url()


def test_a_first_page_notes_the_visit_for_this_reader_alone(uk, client):
    response = client.get("/")
    cookie = response.cookies[visits.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value.startswith("0.")
    assert "private" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


def test_the_cookies_are_for_encrypted_connections_where_the_site_is(uk, client, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert client.get("/").cookies[visits.COOKIE]["secure"]


def test_a_visit_that_goes_on_writes_nothing(uk, client):
    client.get("/")
    assert not client.get("/").cookies


def test_the_next_visit_begins_where_the_last_ended(uk, client, monkeypatch):
    set_time(monkeypatch, NOW)
    client.get("/")
    set_time(monkeypatch, NOW + HOUR)
    cookie = client.get("/").cookies[visits.COOKIE].value
    assert Visit.read(cookie, NOW + HOUR) == Visit(NOW, NOW + HOUR)


def test_a_story_has_a_last_visit_of_its_own_sent_to_stories_alone(story_path, client):
    cookie = client.get(story_path).cookies[visits.STORIES_COOKIE]
    assert cookie["path"] == "/story/"
    assert not client.get(story_path).cookies


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Purpose": "prefetch;prerender"}])
def test_what_nobody_reads_is_no_visit(uk, client, headers):
    assert not client.get("/", headers=headers).cookies


@pytest.mark.parametrize("path", ["/healthz", "/nowhere/", "/robots.txt", "/admin/login/"])
def test_only_public_pages_that_were_found_are_visits(path, uk, client, monkeypatch):
    monkeypatch.setattr("articles.web.health.health.answers", dict)
    assert visits.COOKIE not in client.get(path).cookies


def marked_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template(ONE).render(Context({"moment": moment(NOW - 60)})))


def test_a_page_leaves_without_the_marks_of_others(monkeypatch):
    set_time(monkeypatch, NOW)
    new = RequestFactory().get("/")
    back = RequestFactory().get("/")
    back.COOKIES[visits.COOKIE] = Visit(NOW - HOUR, NOW).write()
    bodies = [b"".join(Delivery(marked_page)(request)) for request in (new, back)]
    assert bodies == [b"", b'<span class="fresh">New</span>']

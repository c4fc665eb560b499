"""A source at the desk: what its page tells, and what is decided there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from kombu import pools

from articles.admin.source_page import HEIGHT, bars
from articles.models import Article, AuditEntry, Edition, FollowUp, Source, SourceDay
from articles.pipeline import audit, corrections, stories
from newsreader.celery import app
from tests.admin.test_sources import SOURCES, form
from tests.factories import make_article, make_edition, make_feed, make_source, make_story

NOW = timezone.now()
DAY = timedelta(days=1)


def address(source: Source) -> str:
    return f"{SOURCES}{source.pk}/change/"


def text(desk, source: Source) -> str:
    return " ".join(desk.get(address(source)).content.decode().replace("\xa0", " ").split())


def kept(desk, source: Source, **changes: str) -> Source:
    """The source after its page is saved; it must have been accepted."""
    response = desk.post(address(source), form(source, **changes))
    assert response.status_code == 302, response.context["adminform"].form.errors
    return Source.objects.get(pk=source.pk)


def test_kind_and_notes_are_kept_and_it_is_told_who_wrote_the_notes(desk):
    source = kept(desk, make_source(), kind="agency", notes="Call before noon.")
    assert (source.kind, source.notes) == ("agency", "Call before noon.")
    assert AuditEntry.objects.get().changes["notes"] == ["", "Call before noon."]
    assert "by admin, " in text(desk, source)


def test_what_stories_derive_from_has_them_follow(desk):
    source = make_source()
    kept(desk, source, notes="Nothing for readers.", country="")
    FollowUp.objects.all().delete()
    for name, value in {"weight": "2", "owner": "Group", "blocked_words": "rumour"}.items():
        kept(desk, source, **{"country": "", name: value})
        assert FollowUp.objects.filter(source=source).exists(), name
        FollowUp.objects.all().delete()


def test_it_is_told_how_far_stories_follow(desk):
    source = make_source()
    assert "All of them do." in text(desk, source)
    waiting = FollowUp.objects.create(source=source, asked_at=NOW)
    assert "In a moment: the newest first." in text(desk, source)
    waiting.published_at = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    waiting.save()
    assert "Those since 9 Mar 2026, 12:00 UTC do; the others come next." in text(desk, source)


def test_notes_alone_have_nothing_follow(desk):
    source = make_source(country="GB", language="en")
    kept(desk, source, notes="Nothing for readers.")
    assert not FollowUp.objects.exists()


def test_blocked_words_are_one_a_line(desk):
    source = kept(desk, make_source(), blocked_words="horoscope\r\n\r\n  live   blog \r\nhoroscope")
    assert source.blocked_words == ["horoscope", "live blog"]
    assert "horoscope\nlive blog" in desk.get(address(source)).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("blocked_words", "fine\n!?", "is no word or phrase"),
        ("blocked_words", "x" * 101, "is no word or phrase"),
        ("blocked_words", "\n".join(f"w{n}" for n in range(201)), "At most 200 lines"),
        ("weight", "4.5", "less than or equal to 4"),
        ("weight", "-1", "greater than or equal to 0"),
        ("weight", "nan", "Enter a number"),
        ("muted_until_0", "2020-01-01", "Give a time to come"),
    ],
)
def test_nonsense_is_refused_in_words(desk, field, value, words):
    source = make_source()
    sent = form(source, muted_until_1="12:00") | {field: value}
    if field != "muted_until_0":
        del sent["muted_until_1"]
    assert words in desk.post(address(source), sent).content.decode()


def test_only_who_may_weigh_changes_the_weight(sign_in):
    source = make_source()
    curator = sign_in("view_source", "change_source", "view_feed", "change_feed", "add_feed")
    assert 'name="weight"' not in curator.get(address(source)).content.decode()
    assert kept(curator, source, weight="3").weight == 1
    editor = sign_in(
        "view_source", "change_source", "view_feed", "change_feed", "add_feed", "weigh_source"
    )
    sent = form(source, weight="3")
    assert editor.post(address(source), sent).status_code == 302
    assert Source.objects.get(pk=source.pk).weight == 3


def placed(edition: Edition, *sources: Source, hours: int = 0) -> None:
    """A story that these sources report, on the front of an edition."""
    moment = NOW - timedelta(hours=hours)
    story = make_story(*(make_article(source=each, published_at=moment) for each in sources))
    stories.derive([story.pk])


def test_the_weight_is_explained_by_a_story_of_the_source(desk):
    uk = make_edition("uk", name="United Kingdom")
    source, *others = (make_source(editions=(uk,)) for _ in range(6))
    placed(uk, source, others[0])
    placed(uk, *others[1:3], hours=1)
    placed(uk, *others[3:5], hours=30)
    shown = text(desk, source)
    assert "stands 1st in United Kingdom with weight 1" in shown
    assert "It would stand 2nd with 0.5, 1st with 2." in shown
    assert Article.objects.filter(source=source).exists()
    Article.objects.update(withheld="taken down")
    assert "None of its own reports is on a front page now." in text(desk, source)


def test_its_health_is_drawn_day_by_day(desk):
    source, today = make_source(), timezone.now().date()
    SourceDay.objects.create(source=source, day=today, fetches=8, failures=2)
    SourceDay.objects.create(source=source, day=today - 3 * DAY, fetches=4, failures=0)
    SourceDay.objects.create(source=source, day=today - 95 * DAY, fetches=99, failures=99)
    shown = text(desk, source)
    assert "12 fetches in 90 days, 2 of them failed" in shown
    assert "Not fetched in the last 90 days." in text(desk, make_source())


def test_bars_show_whatever_is_not_nothing():
    today = date(2026, 3, 9)
    first, last = bars({today: (1000, 1), date(2026, 3, 8): (1, 1)}, today)
    assert (last.height, last.failed, last.y) == (HEIGHT, 1, 0)
    assert (first.height, first.failed) == (1, 1)
    assert last.x - first.x == 4
    assert bars({}, today) == []


def test_output_and_copies_are_told(desk):
    source = make_source()
    original = make_article()
    for number in range(4):
        copy_of = original if number == 0 else None
        make_article(source=source, published_at=NOW - DAY, copy_of=copy_of)
    assert "25% of them copies of other sources" in text(desk, source)
    assert "Nothing in the last 30 days." in text(desk, make_source())


def test_corrections_of_its_articles_are_told(desk, admin_user):
    source = make_source()
    story = make_story(make_article(source=source), make_article(), make_article())
    moved = Article.objects.filter(source=source).values_list("pk", flat=True)
    corrections.split(story, list(moved), admin_user)
    assert "Split " in text(desk, source)
    assert "Split " not in text(desk, make_source())


# -- the list


def listed(desk, **query: str) -> set[str]:
    return {source.name for source in desk.get(SOURCES, query).context["cl"].result_list}


def test_sources_are_found_by_their_state(desk):
    make_source("Muted", muted_until=NOW + DAY)
    make_source("Over", muted_until=NOW - DAY)
    make_source("Heavy", weight=2)
    make_source("Blocking", blocked_words=["rumour"])
    busy, copying = make_source("Busy"), make_source("Copying")
    original = make_article(source=busy)
    for number in range(12):
        make_article(source=copying, copy_of=original if number < 7 else None)
    names = {"Muted", "Over", "Heavy", "Blocking"}
    assert listed(desk, state="muted") == {"Muted"}
    assert listed(desk, state="weighed") == {"Heavy"}
    assert listed(desk, state="blocking") == {"Blocking"}
    assert listed(desk, state="copies") == {"Copying"}
    assert listed(desk, state="silent") == names
    assert listed(desk, state="nonsense") == names | {"Busy", "Copying"}


def act(desk, action: str, *sources: Source, confirmed: bool = True, **more) -> str:
    sent = {"action": action, "_selected_action": [source.pk for source in sources], **more}
    sent |= {"confirmed": "yes"} if confirmed else {}
    response = desk.post(SOURCES, sent, follow=True)
    return str(response.content.decode())


ACTIONS = [
    *("mute_for_a_day", "mute_for_a_week", "unmute", "set_editions", "activate"),
    *("deactivate", "fetch_pages_on", "fetch_pages_off", "fetch_now"),
]


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_is_done_to_many_before_it_is_confirmed(desk, action):
    uk = make_edition("uk")
    source = make_source("The Crier", editions=(uk,), muted_until=NOW + DAY)
    before = Source.objects.values().get()
    page = act(desk, action, source, confirmed=False)
    assert "The Crier" in page
    assert 'name="confirmed" value="yes"' in page
    assert Source.objects.values().get() == before
    assert set(source.editions.all()) == {uk}
    assert not AuditEntry.objects.exists()
    assert not FollowUp.objects.exists()


def test_sources_are_muted_and_shown_again(desk, django_capture_on_commit_callbacks):
    one, other = make_source(), make_source()
    with django_capture_on_commit_callbacks() as then:
        assert "2 sources changed" in act(desk, "mute_for_a_week", one, other)
    assert then
    for source in Source.objects.all():
        assert source.muted_until
        assert timedelta(days=6) < source.muted_until - NOW < timedelta(days=8)
    assert FollowUp.objects.count() == 2
    assert {entry.action for entry in AuditEntry.objects.all()} == {"mute_for_a_week"}
    assert "1 source changed" in act(desk, "unmute", one)
    assert Source.objects.get(muted_until=None) == one


def test_editions_are_set_and_recorded(desk):
    uk, us = make_edition("uk", name="United Kingdom"), make_edition("us", name="United States")
    one, other = make_source(editions=(uk,)), make_source(editions=(us,))
    assert "1 source changed" in act(desk, "set_editions", one, other, editions=[us.pk])
    assert set(one.editions.all()) == {us}
    assert AuditEntry.objects.get().changes == {"editions": [["United Kingdom"], ["United States"]]}
    assert FollowUp.objects.get().source == one
    assert "not one of the available" in act(desk, "set_editions", one, editions=["999999"])


def test_switches_are_set_for_many(desk):
    one, other = make_source(active=False), make_source()
    assert "1 source changed" in act(desk, "activate", one, other)
    act(desk, "fetch_pages_on", one)
    assert set(Source.objects.values_list("active", "fetch_pages")) == {(True, True), (True, False)}
    act(desk, "deactivate", one, other)
    assert not Source.objects.filter(active=True).exists()


def test_all_feeds_of_sources_are_fetched(desk):
    app.control.purge()
    source = make_source()
    feeds = {make_feed(source).pk for _ in range(2)}
    make_feed(source, active=False)
    assert "2 feeds will be fetched" in act(desk, "fetch_now", source)
    with app.connection_for_read() as connection, connection.SimpleQueue("fetch") as queue:
        message = queue.get(timeout=5)
        message.ack()
    assert set(message.payload[0][0]) == feeds


def test_a_queue_that_does_not_answer_is_told(desk, monkeypatch):
    nowhere = pools.producers[app.connection_for_write("redis://127.0.0.1:1/0")]
    monkeypatch.setattr(app.amqp, "_producer_pool", nowhere)
    assert "the queue does not answer" in act(desk, "fetch_now", make_source())


def test_who_may_only_look_is_offered_no_action(sign_in):
    looking = sign_in("view_source")
    source = make_source()
    act(looking, "mute_for_a_day", source)
    assert Source.objects.get().muted_until is None


def test_a_note_by_the_application_is_no_persons(desk):
    source = make_source()
    audit.record(None, "change", source, {"notes": ["", "Imported."]})
    assert "notes last changed" in text(desk, source).lower()
    assert not User.objects.filter(username="").exists()

"""One of each page of the desk, in the states that it has, on rows that fill them all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import (
    Article,
    Correction,
    Doubt,
    Feed,
    FetchTrace,
    Import,
    Problem,
    Source,
    SourceDay,
    Story,
    TakeDown,
    Trial,
)
from articles.pipeline import audit, corrections, imports, problems, standing, takedown
from tests.admin.test_matrix import APART, FOUND, PAGES, address_of, make_rows
from tests.admin.test_trials import make_entry, make_trial
from tests.factories import (
    link,
    make_article,
    make_edition,
    make_feed,
    make_headline,
    make_source,
    make_story,
)

LONG = "https://paper.example/" + "a-path-without-any-place-to-break-it" * 4
LIST = f"""<opml><body><outline text="Near and far">
<outline text="The Crier" xmlUrl="https://crier.example/rss" htmlUrl="https://crier.example"/>
<outline text="The Long Road" xmlUrl="{LONG}"/>
<outline text="Inside" xmlUrl="http://10.0.0.1/rss"/>
</outline></body></opml>""".encode()
NOT_SHOWN = {
    *("articles_source_try_source", "articles_feed_try_source"),  # lead to another page here
    *("articles_import_report", "jsi18n", "search"),  # files, and part of a page
    *("articles_import_progress", "articles_trial_progress"),  # parts of pages
    *(name for name in PAGES if name.endswith("_history") and "source" not in name),  # all alike
}


def make_desk(person: User) -> dict[str, str]:
    """Fill the desk; the address of each page of it, by a name that says what is to be seen."""
    rows = make_rows()
    walked = {
        name: address_of(name, rows)
        for name, (opens, _) in PAGES.items()
        if name in FOUND.keys() - APART - NOT_SHOWN and opens <= 3 and not name.endswith("/")
    }
    nothing = {"nothing found": "/admin/articles/source/?q=xylophone"}
    return {**walked, **nothing, **_states(person)}


def _states(person: User) -> dict[str, str]:
    """What there is to see beside the plain row of each kind."""
    rows = {
        **{f"feed: {name}": feed for name, feed in _feeds().items()},
        "source": _source(person),
        **{f"article: {name}": article for name, article in _articles(person).items()},
        **{f"story: {name}": story for name, story in _stories(person).items()},
        **{f"trial: {name}": trial for name, trial in _trials().items()},
        **{f"import: {name}": work for name, work in _imports(person).items()},
        "problem: closed": _problem(person),
        "doubt: two stories": _doubt(),
    }
    rows |= {f"correction: {made.kind}": made for made in Correction.objects.all()}
    rows |= {f"take-down: {made.pk}": made for made in TakeDown.objects.all()}
    pages = {
        name: f"/admin/articles/{row._meta.model_name}/{row.pk}/change/"
        for name, row in rows.items()
    }
    for trace in FetchTrace.objects.all():
        pages[f"trace of {trace.pk}"] = f"/admin/articles/feed/{trace.pk}/fetch/"
    return pages


def _feeds() -> dict[str, Feed]:
    now = timezone.now()
    ill = make_feed(
        url=LONG, failures=7, outcome="failed", last_fetch_at=now, last_error=f"503 at {LONG}"
    )
    gone = make_feed(retired_at=now, outcome="gone", last_error="410", permanent_url=f"{LONG}/new")
    sent = {"url": LONG, "line": "GET / HTTP/1.1", "sent": [["If-None-Match", "a" * 80]]}
    answer = {"address": "192.0.2.1", "status": 301, "received": [["Location", LONG]]}
    outcome = {"outcome": "failed", "error": "No answer.", "entries": 2, "new": 1, "edited": 0}
    more = {"known": 1, "problems": ["Entry 3 has no address."], "new_url": LONG, "minutes": 30}
    FetchTrace.objects.create(
        feed=ill,
        asked_at=now,
        finished_at=now,
        exchanges=[
            sent | answer | {"milliseconds": 30, "wire_bytes": 300, "bytes": 900},
            sent | {"milliseconds": 5000, "error": "It did not answer within 5 seconds."},
        ],
        outcome=outcome | more,
    )
    FetchTrace.objects.create(feed=gone, asked_at=now)
    return {"ill": ill, "gone": gone}


def _source(person: User) -> Source:
    """Muted, weighed, with blocked words, feeds and a history."""
    now = timezone.now()
    source = make_source(
        "The Lantern",
        editions=(make_edition("lanternland", name="Lanternland"),),
        home_url=LONG,
        notes="Ask Ada.",
        weight=1.5,
        muted_until=now + timedelta(days=2),
        blocked_words=["horoscope"],
    )
    for _ in range(2):
        make_feed(source)
    SourceDay.objects.bulk_create(
        SourceDay(source=source, day=(now - timedelta(days=n)).date(), fetches=9, failures=n % 3)
        for n in range(1, 60)
    )
    audit.record(person, "change", source, {"notes": ["Ask Bob.", LONG]}, "He left")
    return source


def _articles(person: User) -> dict[str, Article]:
    full = make_article("Bridge closed", feed=make_feed(), text="It is closed. " * 99)
    copy = make_article("Bridge closed", copy_of=full)
    make_headline(full, "Bridge may close")
    make_story(full, copy)
    link(full, make_article("Bridge inspected"), make_article("Ferries are full"))
    down = make_article("A name")
    asked = takedown.Request(reason="A court", requester="A lawyer", contact="law@example.org")
    takedown.take_down([down.pk], asked, person)
    return {"full": full, "copy": copy, "taken down": down}


def _stories(person: User) -> dict[str, Story]:
    shown = {
        name: make_story(make_article(f"Harbour {name}"), make_article(f"The harbour {name}"))
        for name in ("headed", "pinned", "hidden", "split", "merged", "whole")
    }
    standing.retitle(shown["headed"], "The harbour is under water", person)
    standing.pin(shown["pinned"], timezone.now() + timedelta(hours=9), [], person)
    standing.hide(shown["hidden"], "It was an exercise.", person)
    corrections.undo(standing.hide(shown["whole"], "An error.", person), person)
    lead = shown["split"].lead
    assert lead
    corrections.split(shown["split"], [lead.pk], person, "Two events")
    corrections.merge([shown["whole"], shown["merged"]], person)
    return shown


def _trials() -> dict[str, Trial]:
    known, story = make_article("A known one"), make_story(make_article("Night trains return"))
    ready = make_trial(asked=[LONG], refused=[[LONG, "It is a page, not a feed."]])
    feed = ready.feeds.get()
    fates: tuple[dict[str, Any], ...] = (
        {"article": known},
        {"copy_of": known},
        {"story": story},
        {"repeats": True},
    )
    for position, fate in enumerate(fates, start=1):
        make_entry(feed, position, title=f"Entry {position}", excerpt="What it says. " * 20, **fate)
    ready.feeds.create(position=1, url=LONG)
    ready.feeds.create(position=2, url=f"{LONG}/comments", of_comments=True, known=make_feed())
    source = make_source("The Kept")
    return {
        "ready": ready,
        "comparing": Trial.objects.create(address=LONG, state="comparing", asked=[LONG]),
        "failed": Trial.objects.create(
            address="nowhere.example", state="failed", error="It does not exist.", asked=[LONG]
        ),
        "kept": make_trial(Trial.State.KEPT, source=source, kept_at=timezone.now()),
    }


def _imports(person: User) -> dict[str, Import]:
    edition = make_edition("dalelands", name="Dalelands")
    works = {
        name: imports.start(person, edition, f"{name}.opml", body, at_once=name == "done")
        for name, body in (("checked", LIST), ("done", LIST), ("failed", b"<opml><bod"))
    }
    for work in works.values():
        imports.go_on(lambda: False, only=work.pk)
    return works


def _problem(person: User) -> Problem:
    article = make_article("Night ferry late")
    problem = Problem.objects.create(
        kind=Problem.Kind.WORDS, text=f"See {LONG}", contact="a@b.example", article=article
    )
    problems.close(problem, "It was put right.", person)
    return problem


def _doubt() -> Doubt:
    one, other = (
        make_story(make_article(f"Storm {n}"), make_article(f"The storm {n}")) for n in "ab"
    )
    lead = one.lead
    assert lead
    return Doubt.objects.create(
        kind=Doubt.Kind.NEAR,
        story=one,
        other=other,
        part=[lead.pk],
        strength=0.5,
        urgency=0.5,
        measured=34,
        articles=4,
        noticed_at=timezone.now(),
    )

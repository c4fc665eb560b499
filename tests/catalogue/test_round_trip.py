"""OPML in, out, in and out again: nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from articles.models import Feed, Import, Source, Topic
from articles.pipeline import imports
from articles.pipeline.outlines import read_opml
from articles.selectors import exports
from articles.syndication import opml
from tests.factories import make_edition, make_feed, make_source, make_topic

LIST = b"""<opml version="2.0"><body>
 <outline text="World"><outline text="Africa">
  <outline type="rss" text="The Crier &amp; Co" title="Crier" description="All of it"
    language="en-gb" xmlUrl="https://crier.example/rss?a=1&amp;b=2"
    htmlUrl="https://crier.example/" rating="5"/>
 </outline>
  <outline type="rss" text="Lamp" xmlUrl="https://lamp.example/rss" category="/x"/>
 </outline>
 <outline text="Sport"><outline type="rss" text="Lamp" xmlUrl="https://lamp.example/rss"/></outline>
 <outline type="rss" text="Alone" xmlUrl="https://alone.example/rss"/>
</body></opml>"""


def stored(body: bytes) -> None:
    edition = make_edition(f"e{Import.objects.count()}")
    work = imports.run(None, edition, "list.opml", body)
    assert work.state == Import.State.DONE, work.error


def exported() -> bytes:
    return b"".join(opml.write("Ours", exports.subscriptions(Feed.objects.all())))


def forget() -> None:
    Source.objects.all().delete()
    Topic.objects.all().delete()


def said(body: bytes) -> list[tuple[str, tuple[str, ...], dict[str, str]]]:
    return sorted(
        ((each.url, each.folders, dict(each.attributes)) for each in read_opml(body)),
        key=lambda each: each[:2],
    )


@pytest.mark.django_db
def test_what_a_list_says_comes_out_as_it_went_in():
    stored(LIST)
    for (url, folders, before), (same_url, same_folders, after) in zip(
        said(LIST), said(exported()), strict=True
    ):
        assert (url, folders) == (same_url, same_folders)
        assert before.items() <= after.items()


@pytest.mark.django_db
def test_what_a_curator_changed_goes_before_what_the_list_said():
    stored(LIST)
    feed = Feed.objects.get(url="https://alone.example/rss")
    feed.title, feed.topic = "Not alone", make_topic("Culture")
    feed.save()
    Feed.objects.filter(url__contains="crier").update(topic=None)
    found = {url: (folders, names) for url, folders, names in said(exported())}
    assert found["https://alone.example/rss"][0] == ("Culture",)
    assert found["https://alone.example/rss"][1]["text"] == "Not alone"
    assert found["https://crier.example/rss?a=1&b=2"][0] == ()


@pytest.mark.django_db
def test_feeds_that_no_list_brought_lie_in_the_folder_of_their_topic():
    source = make_source("Lamp", home_url="https://lamp.example/", language="en")
    make_feed(source, url="https://lamp.example/rss", topic=make_topic("World / Africa"))
    out = exported()
    assert said(out)[0][1] == ("World / Africa",)
    forget()
    stored(out)
    assert exported() == out


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
feeds = st.builds(
    opml.Subscription,
    st.integers(0, 8).map(lambda n: f"https://p{n}.example/rss"),
    words,
    st.sampled_from(["", "https://p.example/", "https://p.example/section"]),
    st.sampled_from(["", "en", "pt-BR"]),
    st.lists(st.sampled_from(["A", "B", "A / B", "日本", " x "]) | words, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(["description", "category", "rating", "xml:lang"]), words),
)


class TestRoundTrip(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(feeds, min_size=1, max_size=8))
    def test_no_list_loses_anything_on_its_way_out_in_and_out_again(self, listed):
        body = b"".join(opml.write("Ours", listed))
        stored(body)
        first = exported()
        places = {(each.url, each.folders) for each in read_opml(body)}
        assert {(each.url, each.folders) for each in read_opml(first)} == places
        forget()
        stored(first)
        assert exported() == first


@pytest.mark.django_db
def test_five_thousand_feeds_come_out_as_many_and_the_same():
    listed = [
        opml.Subscription(
            f"https://p{n}.example/rss",
            f"Paper {n}",
            f"https://p{n}.example/",
            folders=(f"Country {n % 40}", f"Topic {n % 7}"),
        )
        for n in range(5000)
    ]
    stored(b"".join(opml.write("Ours", listed)))
    first = exported()
    assert len(read_opml(first)) == 5000
    forget()
    stored(first)
    assert exported() == first

"""WebSub's rules: who pushes a feed, what a hub may ask, what is genuine."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch import websub
from articles.fetch.addresses import MAX_ADDRESS
from articles.fetch.rhythm import FIRST_RETRY
from articles.fetch.websub import Offer, intent, is_genuine, offer, renewal, request, retry

URL = "https://paper.example/feed.xml"
HUB, TOPIC = "https://hub.example/", "https://paper.example/feed"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def offered(link: str = "", hub: str = "", itself: str = "") -> Offer | None:
    return offer({"link": link} if link else {}, [hub] if hub else [], itself, URL)


# Discovery


def test_a_feed_that_names_no_hub_is_not_pushed():
    assert offered() is None
    assert offered(f'<{TOPIC}>; rel="self"', itself=TOPIC) is None


def test_hub_and_own_address_are_found_in_the_document():
    assert offered(hub=HUB, itself=TOPIC) == Offer((HUB,), TOPIC)


def test_a_feed_that_does_not_name_itself_is_known_by_the_address_that_answered():
    assert offered(hub=HUB) == Offer((HUB,), URL)


def test_headers_come_before_the_document():
    link = f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"'
    assert offered(link, "https://other.example/", "https://other.example/feed") == Offer(
        (HUB,), TOPIC
    )


def test_hubs_are_named_in_their_order_and_each_once():
    several = [f"https://hub{number}.example/" for number in range(3)]
    named = [several[0], "ftp://hub.example/", *several]
    assert offer({}, named, "", URL) == Offer(tuple(several), URL)
    link = ", ".join(f'<{hub}>; rel="hub"' for hub in named)
    assert offered(link, HUB) == Offer(tuple(several), URL)


@pytest.mark.parametrize(
    "link",
    [
        f"<{HUB}>; rel=hub, <{TOPIC}>; rel=self",
        f'<{TOPIC}>;rel="self",<{HUB}>;rel="hub"',
        f'<{HUB}>; REL="Hub"; title="a, b", <{TOPIC}>; type="text/xml"; rel="alternate self"',
        f'<{HUB}>; rel="hub", <https://second.example/>; rel="hub", <{TOPIC}>; rel="self"',
        f'<{HUB}>; rel="hub"; rel="next", <{TOPIC}>; rel="self"',
        '<https://hub.example>; rel="hub", <feed>; rel="self"',
        f'<https://x.example/>; rel="hub"; anchor="#part", <{HUB}>; rel=hub, </feed>; rel=self',
    ],
)
def test_link_headers_come_in_many_forms(link):
    found = offered(link)
    assert found is not None
    assert (found.hubs[0].rstrip("/"), found.topic) == (HUB.rstrip("/"), TOPIC)


@pytest.mark.parametrize(
    "hub",
    [
        "ftp://hub.example/",
        "javascript:alert(1)",
        "https://me:secret@hub.example/",
        "https://[hub.example/",
        "https://hub.example/\x00",
        "https://hub.example/a b",
        "https://hub.example/" + "x" * MAX_ADDRESS,
    ],
)
def test_a_hub_that_may_not_be_asked_is_none(hub):
    assert offered(hub=hub) is None
    assert offered(f'<{hub}>; rel="hub"') is None


@given(st.text(st.sampled_from('<>;,="\\ \taurelhbsf:/[]@'), max_size=300))
def test_any_header_can_be_read(link):
    found = offered(link)
    assert found is None or all(hub.startswith(("http://", "https://")) for hub in found.hubs)


# Asking


def test_a_subscription_is_asked_for_with_a_secret_and_a_lease():
    assert request("subscribe", TOPIC, "https://us.example/websub/t/", "s3cret") == {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.callback": "https://us.example/websub/t/",
        "hub.lease_seconds": "864000",
        "hub.secret": "s3cret",
    }


def test_its_end_is_asked_for_without_them():
    form = request("unsubscribe", TOPIC, "https://us.example/websub/t/", "s3cret")
    assert set(form) == {"hub.mode", "hub.topic", "hub.callback"}


# Answering


def test_what_a_hub_asks_is_read_from_its_parameters():
    read = intent(
        {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.challenge": "abc",
            "hub.lease_seconds": "3600",
        }
    )
    assert (read.mode, read.topic, read.challenge, read.lease) == ("subscribe", TOPIC, "abc", HOUR)


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [
        ("", websub.LEASE),
        ("soon", websub.LEASE),
        ("-5", websub.LEASE),
        ("²", websub.LEASE),
        ("0", timedelta(0)),
        ("86400", DAY),
        ("9" * 30, websub.LONGEST_LEASE),
    ],
)
def test_a_lease_that_makes_no_sense_is_the_usual_one(seconds, lease):
    assert intent({"hub.lease_seconds": seconds}).lease == lease


def test_a_reason_is_kept_in_one_line_and_short():
    assert intent({"hub.reason": "not\n for\x00  you\x1b"}).reason == "not for you"
    assert len(intent({"hub.reason": "x" * 9999}).reason) == websub.MAX_REASON


# Signatures


def signature(method: str, secret: str, body: bytes) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_of_each_method_holds(method):
    good = signature(method, "s3cret", b"news")
    assert is_genuine(good, "s3cret", b"news")
    assert is_genuine(good.upper(), "s3cret", b"news")
    assert not is_genuine(good, "other", b"news")
    assert not is_genuine(good, "s3cret", b"new news")
    assert not is_genuine(good[:-1], "s3cret", b"news")


@pytest.mark.parametrize(
    "header", ["", "=", "sha1=", "sha1", "md5=" + "0" * 32, "sha256=é", "none=x", "sha256=\udcff"]
)
def test_what_is_no_signature_never_holds(header):
    assert not is_genuine(header, "s3cret", b"news")


def test_the_example_of_rfc_4231_holds():
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert is_genuine(f"sha256={digest}", "Jefe", b"what do ya want for nothing?")


# Times


def test_a_lease_is_renewed_with_room_for_failures():
    assert renewal(10 * DAY, 0.0) == 7.5 * DAY
    assert renewal(10 * DAY, 1.0) == 8.5 * DAY
    assert renewal(timedelta(seconds=1), 0.5) == FIRST_RETRY


def test_failures_wait_twice_as_long_each_time_up_to_a_day():
    assert [retry(n, 0.0) / FIRST_RETRY for n in range(4)] == [1, 2, 4, 8]
    assert retry(1, 1.0) > retry(1, 0.0)
    assert retry(10**9, 1.0) == DAY

"""robots.txt: RFC 9309."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.robots import LONGEST_DELAY, MAX_BYTES, Rules, judge, parse_robots
from articles.fetch.types import Failure, FetchError, Response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "https://paper.example"


def rules(text: str) -> Rules:
    return parse_robots(text.encode(), "newsreader")


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("user-AGENT : newsREADER\ndisALLOW : /a", "/a", False),
        ("User-agent: Newsreader/0.1 (+https://x.example)\nDisallow: /a", "/a", False),
        ("User-agent: newsreaderly\nDisallow: /a", "/a", True),
        ("User-agent: news\nDisallow: /a", "/a", True),
        # The group that names us replaces the one for all.
        ("User-agent: *\nDisallow: /\nUser-agent: newsreader\nAllow: /", "/a", True),
        ("User-agent: newsreader\nDisallow: /\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: newsreader\n", "/a", True),
        # Several agents share a group; several groups for one agent count together.
        ("User-agent: other\nUser-agent: newsreader\nDisallow: /a", "/a", False),
        ("User-agent: newsreader\nDisallow: /a\nUser-agent: newsreader\nDisallow: /b", "/b", False),
        ("User-agent: newsreader\nSitemap: x\nUser-agent: other\nDisallow: /a", "/a", False),
        # The longest match decides, of equals the one that allows.
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /a", "/A", True),
        ("User-agent: *\nDisallow: /a", "/b/a", True),
        # Wildcards and ends.
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif", False),
        ("User-agent: *\nDisallow: /*.gif$", "/x/y.gif?z", True),
        ("User-agent: *\nDisallow: /*/print", "/news/5/print?x", False),
        ("User-agent: *\nDisallow: /*/print", "/print", True),
        ("User-agent: *\nDisallow: *private", "/a/private", False),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/a", True),
        ("User-agent: *\nDisallow: /a*a$", "/a", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        # One spelling of percent-encoding.
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /café", "/caf%c3%a9", False),
        ("User-agent: *\nDisallow: /a%2Db", "/a-b", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        ("User-agent: *\nDisallow: /a%2Ab", "/axb", True),
        # Comments, marks, other ends of lines, and what is no rule.
        ("# all\nUser-agent: * # everybody\nDisallow: /a # not this", "/a", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("Disallow: /a\nUser-agent: *\nDisallow: /b", "/a", True),
        ("User-agent: *\nNoindex: /a\nDisallow /a\n: /a\nDisallow: a", "/a", True),
        ("<!doctype html><title>User-agent: *</title>Disallow: /", "/a", True),
    ],
)
def test_a_path_is_allowed_or_not(robots: str, path: str, allowed: bool) -> None:
    assert rules(robots).allows(SITE + path) is allowed


def test_a_rule_may_hold_any_number_of_spaces() -> None:
    gap = " " * 200_000
    rules = parse_robots(f"User-agent: *\nDisallow: /a{gap}b\nDisallow:{gap}/c".encode(), "n")

    assert rules.allows("https://paper.example/a")
    assert not rules.allows("https://paper.example/c")


def test_only_the_first_half_megabyte_counts() -> None:
    robots = "User-agent: *\nDisallow: /a\n" + "#" * MAX_BYTES + "\nDisallow: /b"
    assert not rules(robots).allows(f"{SITE}/a")
    assert rules(robots).allows(f"{SITE}/b")


@pytest.mark.parametrize(
    ("value", "delay"),
    [
        *(("2", 2.0), ("0.5", 0.5), ("99999", LONGEST_DELAY)),
        *(("-3", None), ("nan", None), ("1e9", None), ("", None), ("٣", None)),
    ],
)
def test_a_delay_is_kept_within_bounds(value: str, delay: float | None) -> None:
    assert rules(f"User-agent: *\nCrawl-delay: {value}\nDisallow: /x").delay == delay


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_read(body: bytes, path: str) -> None:
    assert parse_robots(body, "newsreader").allows(f"{SITE}/{path}") in {True, False}


@given(st.lists(st.sampled_from("a*b/$"), max_size=12), st.text("ab/", max_size=12))
def test_patterns_match_as_regular_expressions_would(pattern: list[str], path: str) -> None:
    import re

    text = "/" + "".join(pattern)
    end = "$" if text.endswith("$") else ""
    expression = ".*".join(re.escape(part) for part in text.removesuffix("$").split("*")) + end
    expected = re.match(expression.replace("$", r"\Z") if end else expression, f"/{path}")
    allowed = rules(f"User-agent: *\nDisallow: {text}").allows(f"{SITE}/{path}")
    assert allowed is (expected is None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_site_without_robots_restricts_nothing(status: int) -> None:
    found = judge(Response(SITE, status, {}, b""), "newsreader", failures=0, now=NOW)
    assert found.rules == Rules()
    assert found.error == ""


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Response(SITE, 500, {}, b""), "The server answered with status 500."),
        (Response(SITE, 503, {}, b""), "The server answered with status 503."),
        (Response(SITE, 429, {}, b""), "The server answered with status 429."),
        (FetchError(Failure.TIMEOUT, "It took too long."), "It took too long."),
    ],
)
def test_a_site_whose_robots_cannot_be_read_forbids_everything_for_a_while(
    result: Response | FetchError, words: str
) -> None:
    found = judge(result, "newsreader", failures=0, now=NOW)
    assert found.rules is None
    assert found.error == f"The site's robots.txt cannot be read: {words}"
    later = judge(result, "newsreader", failures=3, now=NOW)
    assert found.fresh_for < later.fresh_for <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("control", "hours"),
    [("", 24), ("max-age=7200", 2), ("max-age=5", 1), ("max-age=999999", 24), ("no-store", 24)],
)
def test_rules_are_kept_for_a_day_at_most(control: str, hours: int) -> None:
    answer = Response(SITE, 200, {"cache-control": control}, b"User-agent: *\nDisallow: /a")
    found = judge(answer, "newsreader", failures=0, now=NOW)
    assert found.fresh_for == timedelta(hours=hours)
    assert found.rules is not None
    assert not found.rules.allows(f"{SITE}/a")

"""Robots exclusion (RFC 9309): which pages of a site a crawler may fetch, and how fast.

Pure: what a site answered goes in, rules come out. Patterns are matched without backtracking, in
time linear in the path for each of their parts, so that no pattern can make matching slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import ascii_letters, digits
from urllib.parse import quote, urlsplit

from articles.fetch.headers import freshness
from articles.fetch.rhythm import FIRST_RETRY, doubled
from articles.fetch.types import FetchError, Response

MAX_BYTES = 500 * 1024
"""What a crawler must read at least (section 2.5), and what is read here."""
MAX_RULES = 1000
"""Rules of the groups for one crawler; a site with more has the first of them obeyed."""
LONGEST_DELAY = 30.0
"""Seconds between requests that a site may ask for with `Crawl-delay`, which is no standard."""

LONGEST = timedelta(hours=24)
"""For so long rules are kept at most (section 2.4)."""
SHORTEST = timedelta(hours=1)

_TOKEN = re.compile(r"[A-Za-z_-]+")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(ascii_letters + digits + "-._~")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class Rule:
    allow: bool
    pattern: str
    """A path with `*` and a final `$` as in section 2.2.3, percent-encoding normalised."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site asks of one crawler."""

    rules: tuple[Rule, ...] = ()
    delay: float | None = None
    """Seconds between requests, at most `LONGEST_DELAY`."""

    def allows(self, url: str) -> bool:
        """Whether `url`, of this site, may be fetched: the longest rule that matches decides.

        Of two of one length the one that allows does (section 2.2.2). The site's robots.txt
        itself may always be fetched.
        """
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = (rule for rule in self.rules if _matches(rule.pattern, path))
        best = max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=None)
        return best is None or best.allow


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer for a robots.txt means."""

    rules: Rules | None
    """None where nothing may be fetched for now."""
    fresh_for: timedelta
    """When to ask again."""
    error: str = ""
    """In words, where there are no rules."""


def judge(result: Response | FetchError, agent: str, *, failures: int, now: datetime) -> Answered:
    """What `result`, the answer for a robots.txt, means (section 2.3.1).

    A site without robots.txt restricts nothing; one whose server fails, or asks us to come less
    often, forbids everything for now. `failures` is how often in a row it did so before.
    """
    if isinstance(result, FetchError):
        return _unreachable(str(result), failures)
    if 200 <= result.status < 300:
        return Answered(parse_robots(result.body, agent), _freshness(result, now))
    if 400 <= result.status < 500 and result.status != 429:
        return Answered(Rules(), _freshness(result, now))
    return _unreachable(f"The server answered with status {result.status}.", failures)


def _unreachable(words: str, failures: int) -> Answered:
    wait = doubled(FIRST_RETRY, failures)
    return Answered(None, wait, f"The site's robots.txt cannot be read: {words}")


def _freshness(result: Response, now: datetime) -> timedelta:
    said = freshness(result.headers, now)
    return min(max(said, SHORTEST), LONGEST) if said else LONGEST


def parse_robots(body: bytes, agent: str) -> Rules:
    """The rules in a robots.txt for the crawler whose product token is `agent`.

    The groups that name the crawler count together; where none does, those for `*` (section 2.2.1).
    """
    own: list[tuple[str, str]] = []
    general: list[tuple[str, str]] = []
    named = agent.lower()
    for agents, lines in _groups(body[:MAX_BYTES]):
        if named in agents:
            own += lines
            own.append(("", ""))  # a group without rules of its own still counts
        elif "*" in agents:
            general += lines
    return _rules(own or general)


def _groups(body: bytes) -> Iterable[tuple[set[str], list[tuple[str, str]]]]:
    """Groups of lines with the product tokens, in lower case, that they are for."""
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for line in body.decode("utf-8-sig", "replace").splitlines():
        # A pattern would take the square of a line's spaces.
        key, _, value = map(str.strip, line.partition("#")[0].partition(":"))
        key = key.lower()
        if key == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = set(), []
            agents.add(_token(value))
        elif agents and key in {"allow", "disallow", "crawl-delay"}:
            lines.append((key, value))
    if agents:
        yield agents, lines


def _token(value: str) -> str:
    """The product token that a line names: versions and comments behind it do not count."""
    if value.startswith("*"):
        return "*"
    found = _TOKEN.match(value)
    return found[0].lower() if found else ""


def _rules(lines: Iterable[tuple[str, str]]) -> Rules:
    rules: list[Rule] = []
    delays: list[float] = []
    for key, value in lines:
        if key == "crawl-delay":
            delays += _seconds(value)
        elif value and key and len(rules) < MAX_RULES:  # an empty rule rules nothing
            rules.append(Rule(key == "allow", _normal(value)))
    return Rules(tuple(rules), max(delays, default=None))


def _seconds(value: str) -> list[float]:
    if not re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value, re.ASCII):
        return []
    return [min(float(value), LONGEST_DELAY)]


def _normal(path: str) -> str:
    """One spelling of percent-encoded paths: what needs no encoding has none (section 2.2.2)."""
    if path.isascii() and "%" not in path:
        return path
    return _ENCODED.sub(_decoded, quote(path, safe=_ASCII))


def _decoded(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _matches(pattern: str, path: str) -> bool:
    """Whether `path` begins as `pattern` says; each part is found at its first place, in order."""
    anchored = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not parts:
        return not anchored or at == len(path)
    last = parts.pop() if anchored else ""
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not anchored or (len(path) - len(last) >= at and path.endswith(last))

"""The addresses of rows that have pages: written hundreds of times for one page."""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.text import slugify


@lru_cache(maxsize=10_000)
def slug_of(title: str) -> str:
    """A title for an address: letters of all scripts and hyphens, at least one."""
    return slugify(title, allow_unicode=True)[:80].strip("-") or "-"


def address(page: str, pk: int, slug: str) -> str:
    """What `reverse(page, args=[pk, slug])` says, in a fiftieth of the time."""
    head, tail = _around(page, "0", "-")
    return f"{head}{pk}/{_quoted(slug)}{tail}"


def address_by_slug(page: str, slug: str) -> str:
    """What `reverse(page, args=[slug])` says."""
    head, tail = _around(page, "-")
    return f"{head}{_quoted(slug)}{tail}"


def _quoted(slug: str) -> str:
    """Of a slug only letters beyond ASCII need quoting."""
    return slug if slug.isascii() else quote(slug)


@cache
def _around(page: str, *words: str) -> tuple[str, str]:
    """What stands before and after the words of a page's address."""
    head, _, tail = reverse(page, args=words).rpartition("/".join(words))
    return head, tail

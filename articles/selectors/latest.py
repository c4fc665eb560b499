"""The newest articles by time."""

from __future__ import annotations

from articles.models import Article
from articles.selectors.keyset import Page
from articles.selectors.listing import listed, newest_first

ARTICLES_A_PAGE = 60


def latest(language: str = "", after: str = "") -> Page[Article]:
    """The newest articles, of one language or of all. Raises `CursorError`. One query."""
    articles = listed()
    if language:
        articles = articles.filter(language=language)
    return newest_first(articles, after, ARTICLES_A_PAGE)

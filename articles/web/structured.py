"""What pages say to machines beside their words: schema.org's vocabulary, as JSON-LD.

We publish none of the news. So a page is a `WebPage` or a `CollectionPage` of ours, and what it is
about is a `NewsArticle` at its publisher's address, published by its outlet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from articles.models import Article
from articles.web.pieces import Publisher, Report

Thing = dict[str, Any]

# As Django's `json_script`: nothing in the text can end the element or open another.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class Crumb:
    """A page above another one, by its path."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes pages of the site at an address without a slash at its end."""

    site: str
    name: str

    def page(
        self, kind: str, title: str, path: str, language: str, crumbs: Iterable[Crumb] = ()
    ) -> Thing:
        """A page of a `kind` of schema.org, with the way that leads to it."""
        trail = [Crumb(self.name, "/"), *crumbs, Crumb(title, path)]
        return said({
            "@context": "https://schema.org",
            "@type": kind,
            "name": title,
            "url": self.site + path,
            "inLanguage": language,
            "isPartOf": {"@type": "WebSite", "name": self.name, "url": f"{self.site}/"},
            "breadcrumb": {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {
                        "@type": "ListItem",
                        "position": position,
                        "name": crumb.name,
                        "item": self.site + crumb.path,
                    }
                    for position, crumb in enumerate(trail, 1)
                ],
            },
        })  # fmt: skip

    def stories(self, stories: Iterable[tuple[str, str]]) -> Thing:
        """A list of stories' pages, by title and path."""
        return _listed({"name": title, "url": self.site + path} for title, path in stories)

    def reports(self, articles: Iterable[Report]) -> Thing:
        """A list of articles."""
        return _listed({"item": self.report(article)} for article in articles)

    def report(self, article: Report) -> Thing:
        """An article as a list shows it."""
        return said({
            "@type": "NewsArticle",
            "headline": article.title,
            "url": article.url or self.site + article.get_absolute_url(),
            "datePublished": article.published_at.isoformat(timespec="seconds"),
            "inLanguage": article.language,
            "image": article.image_url,
            "publisher": self.outlet(article.source),
        })  # fmt: skip

    def article(self, article: Article) -> Thing:
        """An article as its own page shows it."""
        changed = article.updated_at or article.published_at
        return said({
            **self.report(article),
            "description": article.excerpt,
            "dateModified": changed.isoformat(timespec="seconds"),
            "author": [{"@type": "Person", "name": name} for name in article.authors],
            "mainEntityOfPage": article.url,
        })  # fmt: skip

    def outlet(self, source: Publisher) -> Thing:
        """A publisher, known by its page here."""
        return {
            "@type": "NewsMediaOrganization",
            "name": source.name,
            "url": self.site + source.get_absolute_url(),
        }


def _listed(members: Iterable[Thing]) -> Thing:
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, **member}
            for position, member in enumerate(members, 1)
        ],
    }


def said(thing: Thing) -> Thing:
    """Those properties that say something."""
    return {name: value for name, value in thing.items() if value not in ("", None, [])}


def script(thing: Thing) -> SafeString:
    """A data block for a page: browsers run none of it, so the policy need not allow it."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308

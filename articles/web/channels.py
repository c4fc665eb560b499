"""Rows made into entries of feeds, and feeds of those, whichever format they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from articles.models import Article, Installation
from articles.selectors.teasers import Line, Teaser
from articles.syndication.types import Feed, Item, Medium
from articles.web import names, wording
from articles.web.addresses import site

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed is of."""

    name: str
    """By which its permanent id is made: never to change."""
    title: str
    about: str
    page: str
    """The path of the page that it is the feed of, with its query."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Makes feeds of one site for one request."""

    site: str
    installation: Installation

    @classmethod
    def of(cls, request: HttpRequest) -> Press:
        """One query."""
        return cls(site(request), Installation.this())

    def feed(
        self, channel: Channel, path: str, query: dict[str, str], items: Iterable[Item], after: str
    ) -> Feed:
        """One page of a channel at `path`; `query` says which, `after` where the next begins."""
        items = tuple(items)
        first = {name: value for name, value in query.items() if name != "after"}
        return Feed(
            id=self.installation.urn(f"feed:{channel.name}"),
            title=f"{channel.title} · {settings.SITE_NAME}",
            subtitle=channel.about,
            rights=_("Headlines, extracts and pictures belong to the publishers named with them."),
            publisher=settings.SITE_NAME,
            icon_url=self._at(static("icons/favicon.svg")),
            home_url=self._at(channel.page),
            self_url=self._at(path, query),
            first_url=self._at(path, first),
            next_url=self._at(path, {**first, "after": after}) if after else "",
            updated=max((item.updated for item in items), default=self.installation.created_at),
            language=channel.language,
            items=items,
        )

    def story(self, teaser: Teaser) -> Item:
        """A story as its lead tells it, with the headlines of other outlets."""
        story, lead = teaser.story, teaser.lead
        return Item(
            id=self.installation.urn(f"story:{story.pk}"),
            url=self._at(story.get_absolute_url()),
            title=story.title,
            published=story.first_at or lead.published_at,
            updated=story.last_at or lead.published_at,
            outlet=lead.source.name,
            outlet_url=self._at(lead.source.get_absolute_url()),
            summary=lead.excerpt,
            content_html=self._coverage(teaser),
            via=lead.url,
            language=story.language,
            categories=(names.name(teaser.topic),) if teaser.topic else (),
            image_url=lead.image_url,
        )

    def article(self, article: Article) -> Item:
        """An article as `selectors.syndication.articles` reads it."""
        return Item(
            id=self.installation.urn(f"article:{article.pk}"),
            url=self._at(article.get_absolute_url()),
            title=article.title,
            published=article.published_at,
            updated=updated(article),
            outlet=article.source.name,
            outlet_url=self._at(article.source.get_absolute_url()),
            names=tuple(article.authors),
            summary=article.excerpt,
            via=article.url,
            language=article.language,
            categories=tuple(article.categories),
            media=media(article.enclosures),
            image_url=article.image_url,
        )

    def _coverage(self, teaser: Teaser) -> str:
        """Who says what: each headline leads to its publisher, where that is known."""
        reports = (teaser.lead, *teaser.others)
        lines = ((_headline(report), report.source.name) for report in reports)
        full = format_html(
            '<p><a href="{}">{}</a>: {}</p>',
            self._at(teaser.story.get_absolute_url()),
            _("Full coverage"),
            wording.counts(teaser.story) or wording.outlets(1),
        )
        return format_html(
            "<p>{}</p><ul>{}</ul>{}",
            teaser.lead.excerpt,
            format_html_join("", "<li>{} – <cite>{}</cite></li>", lines),
            full,
        )

    def _at(self, path: str, query: dict[str, str] | None = None) -> str:
        return f"{self.site}{path}?{urlencode(query)}" if query else f"{self.site}{path}"


def updated(article: Article) -> datetime:
    """When what an article's entry says last changed."""
    changed: datetime | None = vars(article)["headline_changed_at"]
    return max(filter(None, (article.published_at, article.updated_at, changed)))


def media(enclosures: Sequence[dict[str, Any]]) -> tuple[Medium, ...]:
    """The media files of an article, without types that are none.

    What was stored before durations were read has none.
    """
    return tuple(
        Medium(each["url"], _type(each["media_type"]), each["length"], each.get("duration"))
        for each in enclosures
    )


def _type(claimed: str) -> str:
    return claimed if _MEDIA_TYPE.fullmatch(claimed) else ""


def _headline(report: Line) -> str:
    if not report.url:
        return report.title
    return format_html('<a href="{}" lang="{}">{}</a>', report.url, report.language, report.title)

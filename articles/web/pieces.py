"""Pieces of HTML that a page repeats dozens of times, written by functions.

The template engine takes ten times as long for the same words. All else stays in templates, which
have the pieces by the tags of `articles.templatetags.pieces`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from html import escape
from typing import Protocol

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from articles.models import Story
from articles.web import dates, names, wording
from articles.web.marks import FIRST, piece

NOTHING = SafeString()


class Publisher(Protocol):
    """Of a source what pieces show: a model, or plain values."""

    @property
    def name(self) -> str: ...

    def get_absolute_url(self) -> str: ...


class Headed(Protocol):
    """An article or a story with its headline."""

    @property
    def title(self) -> str: ...

    @property
    def language(self) -> str: ...


class Report(Headed, Protocol):
    """Of an article what pieces show: a model, or plain values."""

    @property
    def pk(self) -> int: ...

    @property
    def published_at(self) -> datetime: ...

    @property
    def url(self) -> str: ...

    @property
    def excerpt(self) -> str: ...

    @property
    def image_url(self) -> str: ...

    @property
    def source(self) -> Publisher: ...

    def get_absolute_url(self) -> str: ...


class Piece:
    """HTML with gaps, written as for `str.format`.

    What fills a gap is escaped, unless it is a `SafeString`. Lines are joined by nothing at all.
    """

    def __init__(self, *lines: str) -> None:
        self._fill = "".join(lines).format

    def __call__(self, **values: object) -> SafeString:
        return SafeString(self._fill(**{name: safe(value) for name, value in values.items()}))


def safe(value: object) -> str:
    return value if type(value) is SafeString else escape(str(value))


def joined(pieces: Iterable[SafeString], between: str = "") -> SafeString:
    """Pieces in a row; `between` is HTML of ours."""
    return SafeString(between.join(pieces))


@dataclass(frozen=True, slots=True)
class Setting:
    """What pieces depend on besides what they show: found out once for many of them."""

    language: str
    today: datetime
    """The beginning of this day, in UTC."""
    # The words that pieces repeat.
    read_more: str
    full_coverage: str
    why: str

    @classmethod
    def now(cls) -> Setting:
        return _setting(timezone.now().astimezone(UTC).date(), names.spoken())


@lru_cache(maxsize=100)
def _setting(day: date, language: str) -> Setting:
    """The setting of the active language, whose code is handed in to remember it by."""
    today = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Setting(
        language,
        today,
        read_more=gettext("Read more »"),
        full_coverage=gettext("Full coverage"),
        why=gettext("Why here?"),
    )


_MOMENT = Piece('<time datetime="{exact}" title="{long}" data-moment>{short}</time>')
_NEW = Piece('<span class="fresh">{new}</span>')
_HEADLINE = Piece(
    '<h{level} class="headline{length}" lang="{language}" dir="auto">'
    '<a href="{address}">{title}</a></h{level}>'
)
_OUTLET = Piece('<a class="outlet" href="{address}" dir="auto">{name}</a>')
_BYLINE = Piece('<p class="byline">{parts}</p>')
_PICTURE = Piece(
    '<a class="picture" href="{address}" tabindex="-1" aria-hidden="true" data-outlet="{outlet}">'
    '<img src="{image}" alt="" width="640" height="360" loading="lazy" decoding="async"'
    ' referrerpolicy="no-referrer"></a>'
)
_EXCERPT = Piece('<p class="excerpt" lang="{language}" dir="auto">{excerpt}</p>')
_READ_MORE = Piece(
    '<a class="read-more" href="{url}" rel="noopener external">{words}'
    '<span class="hidden"> {outlet}: {title}</span></a>'
)
_ALSO_IN = Piece('<details class="also-in"><summary>{summary}</summary><ul>{copies}</ul></details>')
_COPY = Piece(
    '<li>{outlet} <a href="{address}" lang="{language}" dir="auto">{title}</a> {moment}</li>'
)
_CHANGED = Piece('<a href="{address}#headlines">{words}</a>')
_WHY = Piece('<a href="{address}" rel="nofollow">{words}<span class="hidden"> {title}</span></a>')
_ITEM = Piece(
    '<article class="item{pictured}" dir="{direction}">'
    '{headline}{byline}{picture}{excerpt}<p class="actions">{actions}</p>{also_in}</article>'
)


def moment(time: datetime, setting: Setting) -> SafeString:
    """A time in few words, with the exact one for machines and for whoever points at it."""
    return _moment(time, setting.today, setting.language)


@lru_cache(maxsize=20_000)
def _moment(time: datetime, today: datetime, language: str) -> SafeString:
    """Remembered in each language: pages are made again and again while their times stay."""
    return _MOMENT(
        exact=time.isoformat(timespec="seconds"),
        long=dates.long_time(time),
        short=dates.short_time(time, today),
    )


def fresh(moment: datetime | None, setting: Setting) -> SafeString:
    """A small “New” for readers whose last visit was before `moment`."""
    return _fresh(int(moment.timestamp()), setting.language) if moment else NOTHING


@lru_cache(maxsize=20_000)
def _fresh(end: int, language: str) -> SafeString:
    return SafeString(piece(_NEW(new=gettext("New")), FIRST, end))


def headline(told: Headed, level: int, address: str) -> SafeString:
    return _HEADLINE(
        level=level,
        length=" long" if wording.is_long(told.title) else "",
        language=told.language,
        address=address,
        title=told.title,
    )


def outlet(article: Report) -> SafeString:
    """The name of an article's source, which leads to its page."""
    source = article.source
    return _OUTLET(address=source.get_absolute_url(), name=source.name)


def byline(parts: Iterable[SafeString]) -> SafeString:
    """Who published something, when, and what else there is to say in that line."""
    return _BYLINE(parts=joined(parts, " "))


def picture(article: Report, address: str) -> SafeString:
    if not article.image_url:
        return NOTHING
    return _PICTURE(address=address, outlet=article.source.name, image=article.image_url)


def excerpt(article: Report) -> SafeString:
    if not article.excerpt:
        return NOTHING
    return _EXCERPT(language=article.language, excerpt=article.excerpt)


def read_more(article: Report, setting: Setting) -> SafeString:
    """The link to the publisher; nothing where no address is known."""
    if not article.url:
        return NOTHING
    return _READ_MORE(
        url=article.url,
        words=setting.read_more,
        outlet=article.source.name,
        title=article.title,
    )


def also_in(copies: Sequence[Report], setting: Setting) -> SafeString:
    """Copies, folded."""
    if not copies:
        return NOTHING
    summary = ngettext("also in %(outlet)s", "also in %(count)s outlets", len(copies)) % {
        "outlet": copies[0].source.name,
        "count": len(copies),
    }
    return _ALSO_IN(summary=summary, copies=joined(_copy(copy, setting) for copy in copies))


def _copy(copy: Report, setting: Setting) -> SafeString:
    return _COPY(
        outlet=outlet(copy),
        address=copy.get_absolute_url(),
        language=copy.language,
        title=copy.title,
        moment=moment(copy.published_at, setting),
    )


def item(
    article: Report,
    level: int,
    setting: Setting,
    *,
    copies: Sequence[Report] = (),
    pictures: bool = False,
    asked: Story | None = None,
) -> SafeString:
    """One article of a list, with copies folded under it.

    `level` is that of its headline; `asked` the story of which it can be asked why the article is
    in it.
    """
    address, time = article.get_absolute_url(), article.published_at
    shown = picture(article, address) if pictures else NOTHING
    actions = [read_more(article, setting)]
    if asked:
        actions += _questions(article, address, asked, setting)
    return _ITEM(
        pictured=" has-picture" if shown else "",
        direction=wording.direction(article.language),
        headline=headline(article, level, address),
        byline=byline((outlet(article), moment(time, setting), fresh(time, setting))),
        picture=shown,
        excerpt=excerpt(article),
        actions=joined(actions, " "),
        also_in=also_in(copies, setting),
    )


def _questions(
    article: Report, address: str, story: Story, setting: Setting
) -> Iterable[SafeString]:
    """Links to how an article's headline changed, and to why it is in a story."""
    if changes := getattr(article, "headline_changes", 0):
        yield _CHANGED(address=address, words=wording.headline_changes(changes))
    if story.article_count > 1:
        why = f"{_whys(story.pk, story.slug)}{article.pk}/"
        yield _WHY(address=why, words=setting.why, title=article.title)


@lru_cache(maxsize=1000)
def _whys(pk: int, slug: str) -> str:
    """What the addresses of the pages on why articles are in a story begin with."""
    return reverse("why", args=[pk, slug, 0]).removesuffix("0/")

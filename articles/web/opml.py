"""The list of the feeds that are read here, for other readers to take over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from articles.models import Feed
from articles.selectors import places, syndication
from articles.syndication import opml
from articles.web.answers import machine

FRESH_SECONDS = 3600


@machine
def feeds(request: HttpRequest) -> HttpResponseBase:
    """All feeds, or those of the sources of `edition`, in folders by topic; streamed."""
    slug = request.GET.get("edition", "")
    edition = places.edition(slug)
    if slug and edition is None:
        raise Http404(_("There is no such edition."))
    title = f"{settings.SITE_NAME}: {edition.name}" if edition else settings.SITE_NAME
    listed = _subscriptions(syndication.subscriptions(edition))
    response = StreamingHttpResponse(opml.write(title, listed), content_type=opml.MEDIA_TYPE)
    name = f"feeds-{slug}.opml" if slug else "feeds.opml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    return response


def _subscriptions(feeds: Iterable[Feed]) -> Iterator[opml.Subscription]:
    for feed in feeds:
        source = feed.source
        yield opml.Subscription(
            url=feed.url,
            title=feed.title or source.name,
            home_url=source.home_url,
            language=source.language,
            folders=(feed.topic.name,) if feed.topic else (),
        )

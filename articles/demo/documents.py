"""The feeds and pages of the demonstration's outlets, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from articles.demo.news import Outlet, Report

NOTICE = {
    "en": "This is a demonstration. The outlet, the people and the events are invented.",
    "de": "Dies ist eine Vorführung. Medium, Menschen und Ereignisse sind erfunden.",
}
MEDIA_TYPES = {
    "xml": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


def feed(form: str, base: str, path: str, outlet: Outlet, reports: Sequence[Report]) -> str:
    """The feed at `path` in one of the forms of `MEDIA_TYPES`."""
    render = {"xml": _rss, "atom": _atom, "json": _json}[form]
    return render(base, base + path, outlet, reports)


def article_page(outlet: Outlet, report: Report) -> str:
    """The page that "Read more" leads to."""
    image = f'<img src="/images/{report.key}.svg" alt="" width="1200" height="675">'
    return _page(
        outlet,
        report.title,
        f'<p><a href="/sites/{outlet.slug}/">{escape(outlet.name)}</a></p>'
        f"<article><h1>{escape(report.title)}</h1><time "
        f'datetime="{report.published.isoformat()}">{report.published:%d.%m.%Y, %H:%M} UTC</time>'
        f"{image if report.scene else ''}{_html(report)}</article>",
    )


def site_page(outlet: Outlet, reports: Sequence[Report]) -> str:
    """An outlet's home page."""
    heads = "".join(
        f'<li><a href="/articles/{report.key}">{escape(report.title)}</a></li>'
        for report in reports
    )
    links = "".join(
        f'<link rel="alternate" type="{MEDIA_TYPES[path.rpartition(".")[2]].partition(";")[0]}" '
        f'href="{path}">'
        for path in outlet.feeds
    )
    body = f"<h1>{escape(outlet.name)}</h1><ul>{heads}</ul>"
    return _page(outlet, outlet.name, body, links)


def index_page(outlets: Sequence[Outlet]) -> str:
    """The list of all outlets."""
    rows = "".join(
        f'<li><a href="/sites/{outlet.slug}/">{escape(outlet.name)}</a></li>' for outlet in outlets
    )
    return _page(Outlet("", "", "en", ()), "Demonstration", f"<h1>Demo outlets</h1><ul>{rows}</ul>")


def _page(outlet: Outlet, title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="{outlet.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{head}"
        "<style>body{max-width:40rem;margin:0 auto;padding:1rem;font:1.1rem/1.6 serif}"
        "aside{padding:.6rem 1rem;background:#fe8;color:#222;font-family:sans-serif}"
        "img{max-width:100%;height:auto;display:block;margin:1rem 0}</style></head>"
        f"<body><aside>{escape(NOTICE[outlet.language])}</aside><main>{body}</main></body></html>"
    )


def _html(report: Report) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in report.paragraphs)


def _changed(outlet: Sequence[Report]) -> datetime:
    """When the newest of the reports was published or edited."""
    times = (report.updated or report.published for report in outlet)
    return max(times, default=datetime.fromtimestamp(0, UTC))


def _rss(base: str, url: str, outlet: Outlet, reports: Sequence[Report]) -> str:
    items = "".join(_rss_item(base, report) for report in reports)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{base}/sites/{outlet.slug}/</link>"
        f'<atom:link rel="self" href="{escape(url)}"/>'
        f"<description>{escape(NOTICE[outlet.language])}</description>"
        f"<language>{outlet.language}</language>\n{items}</channel></rss>\n"
    )


def _rss_item(base: str, report: Report) -> str:
    image = f"{base}/images/{report.key}.svg"
    media = f'<media:content medium="image" type="image/svg+xml" url="{image}"/>'
    return (
        f"<item><title>{escape(report.title)}</title><link>{base}/articles/{report.key}</link>"
        f'<guid isPermaLink="false">{report.key}</guid>'
        f"<pubDate>{format_datetime(report.published, usegmt=True)}</pubDate>"
        f"<category>{report.topic}</category>"
        f"<description>{escape(report.paragraphs[0])}</description>"
        f"<content:encoded>{escape(_html(report))}</content:encoded>"
        f"{media if report.scene else ''}</item>\n"
    )


def _atom(base: str, url: str, outlet: Outlet, reports: Sequence[Report]) -> str:
    entries = "".join(
        f"<entry><id>tag:demo.invalid,2026:{report.key}</id><title>{escape(report.title)}</title>"
        f'<link href="{base}/articles/{report.key}"/><category term="{report.topic}"/>'
        f"<published>{report.published.isoformat()}</published>"
        f"<updated>{(report.updated or report.published).isoformat()}</updated>"
        f"<author><name>{escape(outlet.name)}</name></author>"
        f"<summary>{escape(report.paragraphs[0])}</summary>"
        f'<content type="html">{escape(_image(base, report) + _html(report))}</content></entry>\n'
        for report in reports
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{outlet.language}"><id>{escape(url)}</id><title>{escape(outlet.name)}</title>'
        f'<link rel="self" href="{escape(url)}"/><link href="{base}/sites/{outlet.slug}/"/>'
        f"<updated>{_changed(reports).isoformat()}</updated>\n{entries}</feed>\n"
    )


def _image(base: str, report: Report) -> str:
    if not report.scene:
        return ""
    return f'<img src="{base}/images/{report.key}.svg" alt="" width="1200" height="675">'


def _json(base: str, url: str, outlet: Outlet, reports: Sequence[Report]) -> str:
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet.name,
            "description": NOTICE[outlet.language],
            "language": outlet.language,
            "home_page_url": f"{base}/sites/{outlet.slug}/",
            "feed_url": url,
            "items": [_json_item(base, report) for report in reports],
        },
        ensure_ascii=False,
    )


def _json_item(base: str, report: Report) -> dict[str, object]:
    item: dict[str, object] = {
        "id": report.key,
        "url": f"{base}/articles/{report.key}",
        "title": report.title,
        "summary": report.paragraphs[0],
        "content_html": _html(report),
        "date_published": report.published.isoformat(),
        "tags": [report.topic],
    }
    if report.updated:
        item["date_modified"] = report.updated.isoformat()
    if report.scene:
        item["image"] = f"{base}/images/{report.key}.svg"
    return item

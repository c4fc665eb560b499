"""Tags that link the stylesheets and scripts of `newsreader.bundles`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from newsreader.bundles import urls

register = template.Library()


@register.simple_tag
def stylesheets() -> SafeString:
    links = ((url,) for url in urls("site.css"))
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def scripts() -> SafeString:
    """All of them deferred: pages are whole before any script runs."""
    sources = ((url,) for url in urls("site.js"))
    return format_html_join("\n", '<script src="{}" defer></script>', sources)

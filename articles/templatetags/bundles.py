"""Tags that give pages the stylesheets and scripts of `newsreader.bundles`."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from newsreader.bundles import STYLES, loader, sheets

register = template.Library()


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """The styles of a kind of page, in the page itself where static files were collected."""
    if sheet := sheets().get(name):
        return format_html("<style>{}</style>", SafeString(sheet.text))
    links = ((static(part),) for part in STYLES[name])
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def scripts() -> SafeString:
    """What asks for the scripts once the page is painted: it is whole without them."""
    return format_html("<script>{}</script>", SafeString(loader().text))

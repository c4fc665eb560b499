"""The web app manifest: what a telephone needs to keep the site among its applications.

Source of the members: W3C, Web Application Manifest.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers

from articles.web.appearance import PAPER

SECONDS = 3600
ICONS = (
    ("icons/icon-192.png", 192, "any"),
    ("icons/icon-512.png", 512, "any"),
    ("icons/maskable-512.png", 512, "maskable"),
)


@vary_on_headers("Accept-Language", "Cookie")
@cache_control(private=True, max_age=SECONDS)
def manifest(request: HttpRequest) -> JsonResponse:
    """In the reader's language, with the colours of the light paper: it knows of no other."""
    home = reverse("home")
    members = {
        "id": home,
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": _("The news from many outlets, every event once."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": home,
        "scope": home,
        "display": "minimal-ui",
        "background_color": PAPER["light"],
        "theme_color": PAPER["light"],
        "categories": ["news"],
        "icons": [_icon(*icon) for icon in ICONS],
        "shortcuts": [
            {"name": _("Latest"), "url": reverse("latest")},
            {"name": _("Search"), "url": reverse("search")},
        ],
    }
    return JsonResponse(members, content_type="application/manifest+json")


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    sizes = f"{size}x{size}"
    return {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}

"""What every page is given besides its own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from articles.web.appearance import appearance
from articles.web.editions import reader


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the reader, whose edition and topics make the navigation, and the looks."""
    return {
        "site_name": settings.SITE_NAME,
        "reader": reader(request),
        "appearance": appearance(request),
    }

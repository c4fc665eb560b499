"""Which language the interface speaks. Pure: who knows the reader hands in what is known."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE = "language"


def translated() -> dict[str, str]:
    """The languages that the interface is translated into: codes with their own names."""
    return dict(settings.LANGUAGES)


def choose(*, asked: str = "", chosen: str = "", edition: str = "", accepted: str = "") -> str:
    """The first of these that there is a translation for, else that of the settings.

    asked: of the edition whose page this is; chosen: what the reader chose before; edition: of the
    reader's own edition; accepted: the header Accept-Language (RFC 9110, 12.5.4).
    """
    known = translated()
    named = next((code for code in (asked, chosen, edition) if code in known), "")
    return named or _accepted(accepted) or settings.LANGUAGE_CODE


def _accepted(header: str) -> str:
    for tag, quality in parse_accept_lang_header(header):
        language = tag.partition("-")[0]
        if quality > 0 and language in translated():
            return language
    return ""

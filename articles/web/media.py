"""The media files of an article: what one can do with them, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from articles.models import Article
from articles.web import wording

LISTED = 12


@dataclass(frozen=True, slots=True)
class Medium:
    """A file at the publisher's: `kind` is video, audio, image or file."""

    url: str
    kind: str
    action: str
    """What a link to it says."""
    facts: tuple[str, ...]
    """How long it lasts, format, size and host, as far as they are known."""


def media(article: Article) -> tuple[Medium, ...]:
    """At most `LISTED` files, each once and without the picture that the page shows anyway."""
    files = {file["url"]: file for file in article.enclosures}
    files.pop(article.image_url, None)
    return tuple(map(_medium, list(files.values())[:LISTED]))


def _medium(file: dict[str, object]) -> Medium:
    url, size, lasts = str(file["url"]), file.get("length"), file.get("duration")
    kind, _slash, subtype = str(file.get("media_type", "")).lower().partition("/")
    actions = {
        "video": _("Watch the video"),
        "audio": _("Listen to the recording"),
        "image": _("Look at the picture"),
    }
    facts = (
        wording.duration(lasts) if isinstance(lasts, int) and lasts > 0 else "",
        _format(subtype) if kind in actions else "",
        filesizeformat(size) if isinstance(size, int) and size > 0 else "",
        wording.host(url),
    )
    return Medium(
        url,
        kind if kind in actions else "file",
        actions.get(kind, _("Open the file")),
        tuple(filter(None, facts)),
    )


def _format(subtype: str) -> str:
    """What a format goes by: MP3 for `mpeg`; empty where its name says little to a reader."""
    name = subtype.partition(";")[0].strip().removeprefix("x-")
    known = {"mpeg": "MP3", "svg+xml": "SVG", "quicktime": "MOV", "jpeg": "JPEG"}
    plain = name.isalnum() and len(name) <= len("webm")
    return known.get(name, name.upper() if plain else "")

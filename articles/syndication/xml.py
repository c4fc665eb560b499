"""Well-formed XML, whatever the text: what XML 1.0 cannot say is left out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'

# Everything but `Char` of XML 1.0, section 2.2; no escape can carry it.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """`text` without the characters that no XML document can hold."""
    return _FORBIDDEN.sub("", text)


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """A new last child; attributes that are empty are left out."""
    child = SubElement(parent, name, written(attributes))
    child.text = clean(text) or None
    return child


def written(attributes: dict[str, str]) -> dict[str, str]:
    """Those attributes that say something, clean."""
    return {name: clean(value) for name, value in attributes.items() if value}


def fragment(element: Element) -> bytes:
    """An element without a declaration, in UTF-8."""
    text: str = tostring(element, encoding="unicode")
    return text.encode()


def document(root: Element) -> bytes:
    """A whole document in UTF-8."""
    return DECLARATION + fragment(root) + b"\n"


def rfc3339(moment: datetime) -> str:
    """A time as RFC 3339 writes it, in UTC and whole seconds; a W3C date and time as well."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"

"""The SAX driver that feedparser reads well-formed documents with.

The standard library's driver hands over text in pieces that end at every entity and line, which
costs feedparser most of its time on feeds with escaped HTML. This one hands over whole texts. It
also knows no DTD: a document that declares entities is not read, whatever happened to it before.
"""

from __future__ import annotations

from typing import Any, NoReturn
from xml.sax import SAXException
from xml.sax.expatreader import ExpatParser

BUFFER = 256 * 1024
"""Bytes of text that are gathered before they are handed over."""


class WholeTextParser(ExpatParser):
    """Expat with its text buffer switched on and declarations refused."""

    def reset(self) -> None:
        super().reset()
        expat: Any = self._parser  # type: ignore[attr-defined]
        expat.buffer_text = True
        expat.buffer_size = BUFFER
        expat.EntityDeclHandler = _refuse
        expat.StartDoctypeDeclHandler = _refuse


def create_parser() -> WholeTextParser:
    """What `xml.sax.make_parser` asks a driver for."""
    return WholeTextParser()


def _refuse(*_declaration: object) -> NoReturn:
    raise SAXException("a feed with a DTD is not read")

"""Link headers (RFC 8288): what an answer leads to, as far as it speaks of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 8192
"""Characters of a header that are read."""

# What is inside of quotation marks separates nothing.
_LINK = re.compile(r'<([^<>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `target` may be relative, to the address that answered."""

    target: str
    relations: tuple[str, ...]
    """In lower case."""
    media_type: str = ""
    title: str = ""


def read(header: str) -> Iterator[Link]:
    """The links of a header, in its order; those of several headers are joined by commas.

    Links from something else than the answer itself (`anchor`, section 3.2) are left out. Of a
    parameter that comes twice the first counts. What makes no sense is skipped.
    """
    for target, rest in _LINK.findall(header[:MOST]):
        parameters = {
            name.lower(): _ESCAPED.sub(r"\1", quoted) or plain
            for name, quoted, plain in reversed(_PARAMETER.findall(rest))
        }
        if "anchor" not in parameters:
            yield Link(
                target,
                tuple(parameters.get("rel", "").lower().split()),
                parameters.get("type", ""),
                parameters.get("title", ""),
            )

"""Reading a page as a test needs it: its links, its words, what it would run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol


@dataclass
class Link:
    attributes: dict[str, str]
    text: str = ""

    @property
    def href(self) -> str:
        return self.attributes.get("href", "")


@dataclass
class Page(HTMLParser):
    """An HTML page: `links`, `images`, all `tags` with their attributes, and the visible `text`."""

    source: str
    links: list[Link] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Link] = []
        self._unseen = False
        self.feed(self.source)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        self._unseen = tag == "script"
        if tag == "a":
            link = Link(attributes)
            self.links.append(link)
            self._open.append(link)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = False
        if tag == "a" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.text += data
        for link in self._open:
            link.text = f"{link.text}{data}"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def link(self, text: str) -> Link:
        """The first link whose text begins so."""
        return next(link for link in self.links if link.text.strip().startswith(text))

    def has_link(self, text: str) -> bool:
        return any(link.text.strip().startswith(text) for link in self.links)

    def to(self, href: str) -> list[Link]:
        return [link for link in self.links if link.href == href]


class Response(Protocol):
    @property
    def content(self) -> bytes: ...


def page(response: Response) -> Page:
    return Page(response.content.decode())

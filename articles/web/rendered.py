"""A public page as it was rendered, and the forms of it that readers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from articles.web.codings import LEAST, encoded, is_text
from articles.web.marks import Marked

KEPT_BESIDE = 4096
"""Bytes, about, of the headers and objects of a page: most of what a short one takes."""


@dataclass(frozen=True, slots=True)
class Form:
    """The bytes of an answer and its strong entity tag: each coding has a tag of its own."""

    content: bytes
    coding: str
    etag: str


@dataclass
class Rendered:
    """What a view answered. headers: all but those that depend on the form."""

    content: bytes
    headers: Mapping[str, str]
    story: int | None = None
    """The id of the story whose page this is."""
    forms: dict[tuple[int, str], Form] = field(default_factory=dict, compare=False)
    """Those that were asked for, by variant of the marks and coding."""
    made_at: float = field(default=0, compare=False)
    """POSIX time; of the one on the shelf, when the first of equal ones in a row was made."""

    @cached_property
    def marked(self) -> Marked:
        return Marked.read(self.content)

    @property
    def weight(self) -> int:
        """Bytes that it takes, about."""
        forms = sum(len(form.content) for form in tuple(self.forms.values()))
        return KEPT_BESIDE + 2 * len(self.content) + forms

    def form(self, since: int, coding: str) -> Form:
        """The page for one whose last visit was at `since`, in a coding where that helps."""
        variant = self.marked.variant(since)
        form = self.forms.get((variant, coding))
        if form is None:
            form = self.forms[variant, coding] = self._make(variant, coding)
        return form

    def _make(self, variant: int, coding: str) -> Form:
        content = self.marked.page(variant)
        small = len(content) < LEAST or not is_text(self.headers.get("Content-Type", ""))
        coding = "" if small else coding
        # Of the content, not of its coded bytes: a reader who has it is told so without coding it.
        digest = blake2b(content, digest_size=16).hexdigest()
        etag = f'"{digest}-{coding}"' if coding else f'"{digest}"'
        return Form(encoded(content, coding), coding, etag)

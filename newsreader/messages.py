"""The words of the interface as gettext catalogues: found in the sources, kept in files, compiled.

Babel does what GNU gettext's programs would, so that nothing has to be installed for it. What is
written depends on the messages alone, not on lines or dates: a change of words changes their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from newsreader.model_names import names

KEYWORDS: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FOLDERS = {"articles": "*.py", "newsreader": "*.py", "templates": "*.html"}
NOTE = "Translators:"
"""Begins a comment that is meant for translators."""
WIDTH = 100

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Messages(Catalog):
    """A catalogue whose head says what programs need, and no dates."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("Content-Type", "text/plain; charset=utf-8\n"),
        ]


@dataclass(frozen=True, slots=True)
class Files:
    """Where a language's catalogue is: `po` is for people, `mo` is what gettext reads."""

    language: str

    @property
    def po(self) -> Path:
        return Path(settings.LOCALE_PATHS[0], self.language, "LC_MESSAGES", "django.po")

    @property
    def mo(self) -> Path:
        return self.po.with_suffix(".mo")


def languages() -> list[str]:
    """The languages that are translated into; English is what is translated."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def found() -> Catalog:
    """The messages of the sources, untranslated."""
    catalogue = Catalog()
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        where = path.relative_to(settings.BASE_DIR).as_posix()
        for _, words, notes, context in _in_source(text, template=path.suffix == ".html"):
            catalogue.add(words, locations=[(where, 0)], auto_comments=notes, context=context)
    for name in names():
        catalogue.add(name, locations=[("articles/models", 0)])
    return catalogue


def _sources() -> Iterator[Path]:
    for folder, pattern in FOLDERS.items():
        yield from sorted(Path(settings.BASE_DIR, folder).rglob(pattern))


def _in_source(text: str, *, template: bool) -> Iterator[tuple[Any, ...]]:
    if template:
        # What is left of a template around its messages has no sense as indentation.
        text = _INDENTATION.sub("", templatize(text))
    return iter(extract("python", BytesIO(text.encode()), KEYWORDS, [NOTE]))


def kept(language: str) -> Catalog:
    """What the catalogue of a language holds; nothing where there is none yet."""
    file = Files(language).po
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def merged(language: str, sources: Catalog) -> Catalog:
    """The messages that were `found`, with the translations that are kept; no others."""
    known, result = kept(language), Messages(locale=language, fuzzy=False)
    result.header_comment = f"# The interface in {result.locale.english_name}."
    for message in sources:
        if message.id:
            result.add(
                message.id,
                _translation(known, message),
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return result


def _translation(known: Catalog, message: Message) -> Any:
    before = known.get(message.id, message.context)
    return before.string if before and before.id == message.id else ""


def missing(catalogue: Catalog) -> list[str]:
    """The messages that have no translation, or not all plural forms of it."""
    return [
        forms(message.id)[0]
        for message in catalogue
        if message.id and not all(forms(message.string))
    ]


def forms(words: str | Sequence[str] | None) -> tuple[str, ...]:
    """A message, or a translation of one, by its forms: one, or as many as there are plurals."""
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file for people."""
    file = BytesIO()
    write_po(file, catalogue, width=WIDTH, sort_output=True, include_lineno=False)
    return file.getvalue().rstrip() + b"\n"


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def update(*into: str) -> dict[str, list[str]]:
    """Bring both files of languages up to date. What `missing` says of each."""
    sources = found()
    return {language: _update(language, sources) for language in into}


def _update(language: str, sources: Catalog) -> list[str]:
    catalogue, files = merged(language, sources), Files(language)
    files.po.parent.mkdir(parents=True, exist_ok=True)
    files.po.write_bytes(written(catalogue))
    files.mo.write_bytes(compiled(catalogue))
    return missing(catalogue)

"""Short forms of a text: the excerpt, and the first words where a title is missing."""

from __future__ import annotations

import re

from articles.entries.sentences import is_complete

EXCERPT_WORDS = 60
SHORT_EXCERPT = EXCERPT_WORDS // 2
"""An excerpt of fewer words is made longer where there is text to do so."""
TITLE_WORDS = 14
TITLE_LENGTH = 500
MAX_RAW_TITLE = 4 * TITLE_LENGTH
"""Characters of a title that are read, markup included."""

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def excerpt(text: str, words: int = EXCERPT_WORDS) -> str:
    """The first `words` words of `text` as one paragraph, with “…” where something was cut."""
    parts = text.split(None, words)
    if len(parts) <= words:
        return shorten(" ".join(parts), words * 20)
    return shorten(" ".join(parts[:words]).rstrip(" ,;:–-") + "…", words * 20)


def continued(own: str, text: str) -> str:
    """An excerpt, continued with the text of the whole report where it is short."""
    words = len(own.split())
    if words >= min(SHORT_EXCERPT, len(text.split())):
        return own
    if words and own.rstrip("…") not in text and is_complete(own):
        return excerpt(f"{own} {text}")
    return excerpt(text)


def first_words(text: str) -> str:
    """A title made of the beginning of `text`: its first sentence where that is short enough."""
    parts = text.split(None, TITLE_WORDS)
    for count in range(3, min(len(parts), TITLE_WORDS) + 1):
        if _SENTENCE_END.search(parts[count - 1]):
            return shorten(" ".join(parts[:count]))
    return shorten(excerpt(text, TITLE_WORDS))


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """`text` within `length` characters, cut between words where there are any."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length // 2 else cut).rstrip(" ,;:–-") + "…"

"""Stable hashes of what entries say, to tell edits and repeated titles."""

from __future__ import annotations

import json
import re
import unicodedata
from hashlib import blake2b

from articles.entries.types import Entry

HASH_BYTES = 16
_NO_WORD = re.compile(r"[\W_]+")


def content_hash(entry: Entry) -> bytes:
    """16 bytes that change when, and only when, something changes that a reader can see."""
    seen = (
        entry.title,
        entry.excerpt,
        entry.text,
        entry.html,
        entry.authors,
        entry.categories,
        entry.image_url,
        [(e.url, e.media_type, *filter(None, [e.duration])) for e in entry.enclosures],
    )
    return hash_bytes(json.dumps(seen, ensure_ascii=False))


def title_key(title: str) -> bytes:
    """16 bytes that are the same for titles that differ only in case, punctuation and spaces."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return hash_bytes(_NO_WORD.sub(" ", folded).strip())


def hash_bytes(text: str) -> bytes:
    """16 bytes of BLAKE2b (RFC 7693) over the UTF-8 of `text`."""
    return blake2b(text.encode(errors="surrogatepass"), digest_size=HASH_BYTES).digest()

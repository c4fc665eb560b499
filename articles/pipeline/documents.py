"""Articles as grouping sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from articles.clustering.types import Document

FIELDS = ("id", "title", "excerpt", "source_id", "published_at", "authors")
"""What a row must hold, in this order."""


def document(row: Sequence[Any], outlet: str = "") -> Document:
    """The document of a row of `FIELDS`; the name of its outlet matters among copies only."""
    article, title, lead, source, published, authors = row
    return Document(article, title, lead, source, published.timestamp(), tuple(authors), outlet)

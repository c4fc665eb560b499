"""Articles as grouping sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from articles.clustering.types import Document

FIELDS = ("id", "title", "excerpt", "source_id", "published_at")
"""What a row must hold, in this order."""


def document(row: Sequence[Any]) -> Document:
    """The document of a row of `FIELDS`."""
    article, title, lead, source, published = row
    return Document(article, title, lead, source, published.timestamp())

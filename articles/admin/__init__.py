"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import (
    account,
    audit,
    corrections,
    doubts,
    imports,
    news,
    page_queue,
    people,
    places,
    sources,
    stories,
    trials,
)
from newsreader import model_names

__all__ = [
    "account",
    "audit",
    "corrections",
    "doubts",
    "imports",
    "news",
    "page_queue",
    "people",
    "places",
    "sources",
    "stories",
    "trials",
]

model_names.translate()

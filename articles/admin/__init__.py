"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import (
    account,
    audit,
    corrections,
    doubts,
    imports,
    news,
    page_queue,
    articles,
    audit,
    corrections,
    imports,
    people,
    places,
    sources,
    stories,
    trials,
    takedowns,
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
    "articles",
    "audit",
    "corrections",
    "imports",
    "people",
    "places",
    "sources",
    "stories",
    "trials",
    "takedowns",
]

model_names.translate()

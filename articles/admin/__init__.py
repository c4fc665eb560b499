"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import (
    account,
    articles,
    audit,
    corrections,
    doubts,
    imports,
    news,
    page_queue,
    people,
    places,
    problems,
    sources,
    stories,
    takedowns,
    trials,
)
from newsreader import model_names

__all__ = [
    "account",
    "articles",
    "audit",
    "corrections",
    "doubts",
    "imports",
    "news",
    "page_queue",
    "people",
    "places",
    "problems",
    "sources",
    "stories",
    "takedowns",
    "trials",
]

model_names.translate()

"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import audit, corrections, imports, news, people, places, sources, stories
from newsreader import model_names

__all__ = ["audit", "corrections", "imports", "news", "people", "places", "sources", "stories"]

model_names.translate()

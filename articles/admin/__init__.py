"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import corrections, imports, news, people, places, sources
from newsreader import model_names

__all__ = ["corrections", "imports", "news", "people", "places", "sources"]

model_names.translate()

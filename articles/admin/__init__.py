"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import corrections, imports, news, people, places, sources

__all__ = ["corrections", "imports", "news", "people", "places", "sources"]

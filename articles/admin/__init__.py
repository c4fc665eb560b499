"""The curators' desk: Django's admin. Importing a module here registers its models."""

from articles.admin import imports, news, people, places, sources

__all__ = ["imports", "news", "people", "places", "sources"]

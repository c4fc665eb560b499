"""The tag for addresses of our own pages."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def path(page: str, *words: object) -> str:
    """What `{% url %}` says, remembered: a page names dozens, nearly all of them as others do."""
    return _path(page, words)


@lru_cache(maxsize=10_000)
def _path(page: str, words: tuple[object, ...]) -> str:
    return reverse(page, args=words)

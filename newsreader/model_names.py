"""The names of models and fields, as the desk shows them, in the language of its curator.

They are the words that Django derives from the code, so that they are in the code once; what is
marked here, `newsreader.messages` finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy, override


def shown() -> list[type[Model]]:
    """The models of ours that the desk has pages or tables of."""
    pages = admin.site._registry
    tables = {inline.model for page in pages.values() for inline in page.inlines}
    models = {*pages, *tables}
    own = [model for model in models if model._meta.app_label == "articles"]
    return sorted(own, key=lambda model: model.__name__)


def fields() -> list[Field[Any, Any]]:
    """Their fields."""
    return [
        field for model in shown() for field in (*model._meta.fields, *model._meta.many_to_many)
    ]


def translate() -> None:
    """Make the names lazy translations of what they were."""
    for model in shown():
        options = model._meta
        options.verbose_name = gettext_lazy(str(options.verbose_name))
        options.verbose_name_plural = gettext_lazy(str(options.verbose_name_plural))
    for field in fields():
        field.verbose_name = gettext_lazy(str(field.verbose_name))
        if field.help_text:
            field.help_text = gettext_lazy(str(field.help_text))
        if field.choices:
            field.choices = [(key, gettext_lazy(str(words))) for key, words in field.flatchoices]


def names() -> Iterator[str]:
    """What is to be translated: names, helps and choices, in English."""
    with override("en"):
        for model in shown():
            yield str(model._meta.verbose_name)
            yield str(model._meta.verbose_name_plural)
        for field in fields():
            yield str(field.verbose_name)
            said = (field.help_text, *(words for _, words in field.flatchoices))
            yield from filter(None, map(str, said))

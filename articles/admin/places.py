"""Editions and topics at the desk."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from articles.admin.base import DeskAdmin
from articles.models import Edition, Topic


class EditionForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Edition
        fields = ("name", "slug", "country", "language", "position")

    def clean_slug(self) -> str:
        """Refuse words that are addresses of the site's other pages."""
        slug: str = self.cleaned_data["slug"]
        try:
            pages = resolve(f"/{slug}/").url_name, resolve(f"/{slug}/world/").url_name
            taken = pages != ("front", "topic")
        except Resolver404:
            taken = True
        if taken or slug == "healthz":
            raise ValidationError(_("This word is the address of another page of the site."))
        return slug


@admin.register(Edition)
class EditionAdmin(DeskAdmin):
    form = EditionForm
    list_display = ("name", "slug", "country", "language", "sources", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug", "country")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        counted: QuerySet[Edition] = super().get_queryset(request)
        return counted.annotate(source_count=Count("sources"))

    @admin.display(description=_("sources"), ordering="source_count")
    def sources(self, edition: Edition) -> int:
        count: int = vars(edition)["source_count"]
        return count


@admin.register(Topic)
class TopicAdmin(DeskAdmin):
    list_display = ("name", "slug", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

"""The audit log at the desk: to be read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin.base import LINK_STYLE, DeskAdmin, ShownOnly, key_of
from articles.admin.changes import lines
from articles.models import AuditEntry

PEOPLE = 200
"""Members of staff that the filter offers."""


class KindFilter(SimpleListFilter):
    """The models that have pages at the desk; which of them have entries is not looked up."""

    title = _("kind")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        models = (model._meta for model in model_admin.admin_site._registry)
        return sorted(
            ((each.label_lower, str(each.verbose_name)) for each in models), key=lambda row: row[1]
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class PersonFilter(SimpleListFilter):
    title = _("person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        staff = User.objects.filter(is_staff=True).order_by("username")[:PEOPLE]
        return [(str(person.pk), person.username) for person in staff]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(by=key_of(chosen)) if chosen else queryset


@admin.register(AuditEntry)
class AuditAdmin(ShownOnly, DeskAdmin):
    """Nobody adds, changes or removes an entry by hand; the database sees to it as well."""

    list_display = ("at", "by_name", "action", "kind_name", "object_link", "note")
    list_filter = (PersonFilter, KindFilter, "at")
    list_display_links = ("at",)
    fields = ("at", "by_name", "action", "kind_name", "object_link", "note", "what_changed")
    readonly_fields = fields

    @admin.display(description=_("kind"), ordering="kind")
    def kind_name(self, entry: AuditEntry) -> str:
        try:
            return str(apps.get_model(entry.kind)._meta.verbose_name)
        except LookupError:
            return entry.kind

    @admin.display(description=_("object"))
    def object_link(self, entry: AuditEntry) -> str:
        """By its name then, leading to its page, which may be gone."""
        if not entry.object_id:
            return entry.object_text
        try:
            name = f"admin:{entry.kind.replace('.', '_')}_change"
            address = reverse(name, args=[entry.object_id])
        except NoReverseMatch:
            return entry.object_text
        return format_html('<a class="{}" href="{}">{}</a>', LINK_STYLE, address, entry.object_text)

    @admin.display(description=_("what changed"))
    def what_changed(self, entry: AuditEntry) -> str:
        return lines(entry.changes)

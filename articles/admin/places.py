"""Editions and topics at the desk."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from articles.admin.base import DeskAdmin
from articles.models import Edition, Topic
from articles.pipeline import audit, catalogue


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


LOAD_PERMISSIONS = tuple(
    f"articles.add_{model}" for model in ("edition", "topic", "source", "feed")
)
"""All that the default catalogue may add."""


@admin.register(Edition)
class EditionAdmin(DeskAdmin):
    form = EditionForm
    actions_list = ("load_defaults",)
    list_display = ("name", "slug", "country", "language", "counted", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug", "country")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        counted: QuerySet[Edition] = super().get_queryset(request)
        return counted.annotate(source_count=Count("sources"))

    @admin.display(description=_("sources"), ordering="source_count")
    def counted(self, edition: Edition) -> int:
        """Not `sources`, of which a list would show the relation."""
        count: int = vars(edition)["source_count"]
        return count

    def has_load_defaults_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(LOAD_PERMISSIONS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Load the default sources"),
        url_path="load-defaults",
        permissions=["load_defaults"],
    )
    def load_defaults(self, request: HttpRequest) -> HttpResponse:
        """Ask for a confirmation; add what the default catalogue has and the database lacks."""
        if request.method == "POST":
            self._load_defaults(request)
            return redirect("admin:articles_source_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Load the default sources"),
            "question": _(
                "Add the publishers, editions and topics that come with the newsreader, and begin"
                " to read them? What is there already stays as it is."
            ),
            "label": _("Load"),
            "back": reverse("admin:index"),
        }
        return TemplateResponse(request, "admin/confirm_correction.html", context)

    def _load_defaults(self, request: HttpRequest) -> None:
        with transaction.atomic():
            added = catalogue.load()
            audit.record(request.user, "load", Edition, asdict(added))
        words = ngettext(
            "%(sources)d source and its feeds added; they are read within some minutes.",
            "%(sources)d sources and their feeds added; they are read within some minutes.",
            added.sources,
        )
        self.message_user(request, words % {"sources": added.sources}, messages.SUCCESS)


@admin.register(Topic)
class TopicAdmin(DeskAdmin):
    list_display = ("name", "slug", "position")
    list_editable = ("position",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

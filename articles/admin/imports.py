"""Importing OPML at the desk: a form, and the same summary as on the command line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminURLInputWidget,
)

from articles.admin.base import DeskAdmin
from articles.models import Edition
from articles.pipeline.opml import fetch_opml, import_opml
from articles.pipeline.outlines import OpmlError

PERMISSIONS = ("articles.add_source", "articles.add_feed", "articles.add_topic")
"""All that an import may add."""


class ImportForm(forms.Form):
    """One list, from a file or from an address."""

    file = forms.FileField(label=_("OPML file"), required=False, widget=UnfoldAdminFileFieldWidget)
    address = forms.URLField(
        label=_("Or its address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    edition = forms.ModelChoiceField(
        Edition.objects.all(),
        help_text=_("New sources join this edition and take its country and language."),
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Read the list, from wherever it is, into `body`."""
        cleaned = super().clean() or {}
        file, address = cleaned.get("file"), cleaned.get("address")
        if self.errors:
            return cleaned
        if bool(file) == bool(address):
            raise ValidationError(_("Choose a file, or give an address."))
        most = settings.FETCH.limits.body_bytes
        if file and file.size > most:
            words = _("The file is larger than %(size)d MiB.")
            raise ValidationError(words, params={"size": most // 2**20})
        try:
            cleaned["body"] = file.read() if file else fetch_opml(address or "")
        except OpmlError as error:
            raise ValidationError(str(error)) from error
        return cleaned


class ImportingAdmin(DeskAdmin):
    """Adds the import's button and page to a model's list."""

    actions_list: tuple[str, ...] = ("import_opml",)

    def has_import_opml_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(PERMISSIONS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Import OPML"), url_path="import-opml", permissions=["import_opml"]
    )
    def import_opml(self, request: HttpRequest) -> HttpResponse:
        """Show the form; once it is sent, import, and show what came of it."""
        form = ImportForm(
            request.POST or None,
            request.FILES or None,
            initial={"edition": Edition.objects.filter(slug=settings.DEFAULT_EDITION).first()},
        )
        summary = None
        if form.is_valid():
            try:
                summary = import_opml(form.cleaned_data["body"], form.cleaned_data["edition"])
            except OpmlError as error:
                form.add_error(None, str(error))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import OPML"),
            "opts": self.opts,
            "form": form,
            "summary": summary,
        }
        return TemplateResponse(request, "admin/import_opml.html", context)

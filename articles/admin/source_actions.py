"""What can be done to many sources at once, each after a confirmation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from articles import tasks
from articles.admin.base import DeskAdmin
from articles.models import Edition, Feed, Source
from articles.pipeline import audit, followups, page_queue
from articles.pipeline.audit import Change

NAMED = 20
"""Sources that a question names; of more it tells how many."""
MOST = 1_000
"""Sources, and feeds, that one action is for."""

Do = Callable[[list[int]], str | None]


class EditionsForm(forms.Form):
    """The editions that sources are to be in."""

    editions = forms.ModelMultipleChoiceField(
        label=_("Editions"),
        queryset=Edition.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("They leave all others; choose none, and they are on no front page."),
    )


class SourceActions(DeskAdmin):
    """Adds the bulk actions to the list of sources."""

    actions: tuple[str, ...] = (
        *("mute_for_a_day", "mute_for_a_week", "unmute", "set_editions", "activate"),
        *("deactivate", "fetch_pages_on", "fetch_pages_off", "fetch_now"),
    )

    @admin.action(description=_("Mute for a day"), permissions=["change"])
    def mute_for_a_day(
        self, request: HttpRequest, sources: QuerySet[Source]
    ) -> HttpResponse | None:
        return self._mute(request, sources, timedelta(days=1), gettext("Mute for a day"))

    @admin.action(description=_("Mute for a week"), permissions=["change"])
    def mute_for_a_week(
        self, request: HttpRequest, sources: QuerySet[Source]
    ) -> HttpResponse | None:
        return self._mute(request, sources, timedelta(days=7), gettext("Mute for a week"))

    def _mute(
        self, request: HttpRequest, sources: QuerySet[Source], span: timedelta, title: str
    ) -> HttpResponse | None:
        told = gettext(
            "Nothing of them is shown until then, on no page, feed or search; they are fetched all"
            " the same, and come back by themselves."
        )
        return self._confirmed(request, sources, title, told, lambda ids: _muted(ids, span))

    @admin.action(description=_("Unmute"), permissions=["change"])
    def unmute(self, request: HttpRequest, sources: QuerySet[Source]) -> HttpResponse | None:
        told = gettext("What they published, also in the meantime, is shown within seconds.")
        return self._confirmed(
            request, sources, gettext("Unmute"), told, lambda ids: _muted(ids, None)
        )

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, sources: QuerySet[Source]) -> HttpResponse | None:
        told = gettext("Their feeds are fetched again.")
        return self._set(request, sources, gettext("Activate"), told, active=True)

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, sources: QuerySet[Source]) -> HttpResponse | None:
        told = gettext("They are fetched no more; what they published stays.")
        return self._set(request, sources, gettext("Deactivate"), told, active=False)

    @admin.action(description=_("Fetch article pages"), permissions=["change"])
    def fetch_pages_on(
        self, request: HttpRequest, sources: QuerySet[Source]
    ) -> HttpResponse | None:
        told = gettext("The pages of new articles, and of those of the last days, are fetched.")
        return self._set(request, sources, gettext("Fetch article pages"), told, fetch_pages=True)

    @admin.action(description=_("Stop fetching article pages"), permissions=["change"])
    def fetch_pages_off(
        self, request: HttpRequest, sources: QuerySet[Source]
    ) -> HttpResponse | None:
        told = gettext("What was read stays; no more pages are fetched.")
        return self._set(
            request, sources, gettext("Stop fetching article pages"), told, fetch_pages=False
        )

    def _set(
        self,
        request: HttpRequest,
        sources: QuerySet[Source],
        title: str,
        told: str,
        **values: bool,
    ) -> HttpResponse | None:
        def change(ids: list[int]) -> str:
            others = Source.objects.filter(pk__in=ids).exclude(**values)
            changed = list(others.values_list("pk", flat=True))
            Source.objects.filter(pk__in=changed).update(**values)
            for source in Source.objects.filter(pk__in=changed):
                if source.fetch_pages and source.active:
                    page_queue.want_recent(source.pk)
                else:
                    page_queue.drop(source.pk)
            return _changed(len(changed))

        return self._confirmed(request, sources, title, told, change)

    @admin.action(description=_("Set editions"), permissions=["change"])
    def set_editions(self, request: HttpRequest, sources: QuerySet[Source]) -> HttpResponse | None:
        form = EditionsForm(request.POST if request.POST.get("confirmed") else None)
        told = gettext("Their stories take their places on the front pages within seconds.")

        def change(ids: list[int]) -> str:
            editions = list(form.cleaned_data["editions"])
            changes = []
            for source in Source.objects.filter(pk__in=ids).prefetch_related("editions"):
                before = list(source.editions.all())
                if set(before) != set(editions):
                    source.editions.set(editions)
                    changes.append(Change(source, {"editions": [before, editions]}))
            audit.record_all(request.user, "set_editions", changes)
            follow([change.object.pk for change in changes if isinstance(change.object, Source)])
            return _changed(len(changes))

        return self._confirmed(request, sources, gettext("Set editions"), told, change, form)

    @admin.action(description=_("Fetch now"), permissions=["change"])
    def fetch_now(self, request: HttpRequest, sources: QuerySet[Source]) -> HttpResponse | None:
        told = gettext("All their feeds are fetched at once, whatever their schedule says.")

        def change(ids: list[int]) -> str | None:
            feeds = Feed.objects.working().filter(source__in=ids).order_by("next_fetch_at")
            wanted = list(feeds.values_list("pk", flat=True)[:MOST])
            try:
                tasks.refresh_feeds.delay(wanted)
            except OperationalError as error:
                words = gettext("Nothing is fetched: the queue does not answer (%(error)s).")
                self.message_user(request, words % {"error": error}, messages.ERROR)
                return None
            words = ngettext(
                "%(count)d feed will be fetched in a moment.",
                "%(count)d feeds will be fetched in a moment.",
                len(wanted),
            )
            return words % {"count": len(wanted)}

        return self._confirmed(request, sources, gettext("Fetch now"), told, change)

    def _confirmed(
        self,
        request: HttpRequest,
        sources: QuerySet[Source],
        title: str,
        told: str,
        do: Do,
        form: forms.Form | None = None,
    ) -> HttpResponse | None:
        """Ask; after the answer do it, and tell what was done."""
        ids = list(sources.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            words = gettext("That is for at most %(most)d sources at once.")
            self.message_user(request, words % {"most": MOST}, messages.ERROR)
            return None
        if request.POST.get("confirmed") != "yes" or (form and not form.is_valid()):
            return self._ask(request, ids, title, told, form)
        with transaction.atomic():
            done = do(ids)
        if done:
            self.message_user(request, done, messages.SUCCESS)
        return None

    def _ask(
        self, request: HttpRequest, ids: list[int], title: str, told: str, form: forms.Form | None
    ) -> HttpResponse:
        named = list(Source.objects.filter(pk__in=ids).order_by("name")[:NAMED])
        count = ngettext("%(count)d source.", "%(count)d sources.", len(ids)) % {"count": len(ids)}
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "question": f"{count} {told}",
            "items": [(f"{source.pk}/change/", source.name) for source in named],
            "hidden": [
                ("action", request.POST["action"]),
                *((ACTION_CHECKBOX_NAME, pk) for pk in ids),
            ],
            "form": form or (),
            "label": title,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/confirm_correction.html", context)


def _muted(ids: list[int], span: timedelta | None) -> str:
    count = followups.mute(ids, span)
    transaction.on_commit(tasks.follow_soon)
    return _changed(count)


def follow(ids: list[int]) -> None:
    """Have the stories of these sources follow; call it in the transaction that changes them."""
    followups.ask(ids)
    transaction.on_commit(tasks.follow_soon)


def _changed(count: int) -> str:
    words = ngettext("%(count)d source changed.", "%(count)d sources changed.", count)
    return words % {"count": count}

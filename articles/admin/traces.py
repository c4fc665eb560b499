"""Fetching one feed at the desk, request by request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from unfold.decorators import action

from articles import tasks
from articles.admin.base import DeskAdmin
from articles.admin.corrections import row_or_404
from articles.models import Feed, FetchTrace
from articles.pipeline import audit, traces

PATIENCE = timedelta(minutes=2)
"""A fetch that has not ended by then was lost with its worker."""


class TracingAdmin(DeskAdmin):
    """Adds a page to a feed that fetches it and shows what happened."""

    actions_detail = ("trace",)

    @action(  # type: ignore[untyped-decorator]
        description=_("Fetch and watch"), url_path="fetch", permissions=["change"]
    )
    def trace(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What happened at the last fetch that was asked for here; a POST asks for another."""
        feed: Feed = row_or_404(self, request, object_id)
        if request.method == "POST":
            self._ask(request, feed)
            return redirect(request.path)
        found = FetchTrace.objects.filter(feed=feed).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Fetch and watch"),
            "feed": feed,
            "trace": found,
            **_told(found),
            "back": reverse("admin:articles_feed_change", args=[feed.pk]),
        }
        return TemplateResponse(request, "admin/fetch_trace.html", context)

    def _ask(self, request: HttpRequest, feed: Feed) -> None:
        try:
            with transaction.atomic():
                traces.ask(feed)
                audit.record(request.user, "fetch", feed)
                transaction.on_commit(lambda: tasks.trace_feed.delay(feed.pk))
        except OperationalError as error:
            FetchTrace.objects.filter(feed=feed).delete()
            words = gettext("Nothing is fetched: the queue does not answer (%(error)s).")
            self.message_user(request, words % {"error": error}, messages.ERROR)


def _told(trace: FetchTrace | None) -> dict[str, Any]:
    """How far a fetch has come, and when the next one is."""
    if trace is None:
        return {}
    late = timezone.now() - trace.asked_at > PATIENCE
    running = trace.finished_at is None and not late
    following = trace.outcome.get("next_fetch_at")
    return {
        "running": running,
        "lost": trace.finished_at is None and late,
        "next_fetch_at": datetime.fromisoformat(following) if following else None,
    }

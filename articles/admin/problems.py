"""What readers reported as wrong: a queue that curators close."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from articles.admin.base import desk_link, labelled
from articles.admin.corrections import desk_address, row_or_404
from articles.admin.news import ReadingAdmin
from articles.models import Problem
from articles.pipeline import problems


class StateFilter(SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [
            ("open", gettext("Open")),
            ("mine", gettext("Open, and mine")),
            ("closed", gettext("Closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "closed":
            return queryset.filter(closed_at__isnull=False)
        if self.value() == "mine":
            return queryset.filter(closed_at=None, assigned_to=request.user.pk)
        return queryset.filter(closed_at=None) if self.value() == "open" else queryset


class AnswerForm(forms.Form):
    """What is asked when a report is closed."""

    answer = forms.CharField(
        label=_("What came of it"), max_length=1000, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )


@admin.register(Problem)
class ProblemAdmin(ReadingAdmin):
    list_display = ("__str__", "kind", "about", "beginning", "made_at", "assigned_to", "state")
    list_select_related = ("article", "story", "assigned_to")
    list_filter = (StateFilter, "kind")
    search_fields = ("text", "contact", "answer")
    ordering = ("-pk",)
    actions = ("assign",)
    actions_detail = ("close", "reopen")
    fields = (
        *(("kind", "state"), "article_link", "story_link", "text", "contact", "made_at"),
        *("assigned_to", "answer", ("closed_by", "closed_at")),
    )
    readonly_fields = (
        *("kind", "state", "article_link", "story_link", "text", "contact", "made_at"),
        *("closed_by", "closed_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Problem]:
        rows: QuerySet[Problem] = super().get_queryset(request)
        return rows.defer("article__text", "article__html", "article__search")

    @admin.display(description=_("about"))
    def about(self, problem: Problem) -> str:
        return desk_link(problem.article or problem.story)

    @admin.display(description=_("what is wrong"))
    def beginning(self, problem: Problem) -> str:
        return Truncator(problem.text).chars(80)

    @labelled({"open": "warning", "closed": "success"})
    @admin.display(description=_("state"))
    def state(self, problem: Problem) -> tuple[str, str]:
        return ("closed", gettext("closed")) if problem.closed_at else ("open", gettext("open"))

    @admin.display(description=_("article"))
    def article_link(self, problem: Problem) -> str:
        return desk_link(problem.article)

    @admin.display(description=_("story"))
    def story_link(self, problem: Problem) -> str:
        return desk_link(problem.story)

    @admin.action(description=_("See to it myself"), permissions=["change"])
    def assign(self, request: HttpRequest, chosen: QuerySet[Problem]) -> None:
        """Assign the chosen to who asks."""
        count = chosen.filter(closed_at=None).update(assigned_to=request.user.pk)
        words = ngettext(
            "%(count)d open report is yours now.", "%(count)d open reports are yours now.", count
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    @action(  # type: ignore[untyped-decorator]
        description=_("Close"), url_path="close", permissions=["change"]
    )
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what came of it; close the report."""
        problem = cast(Problem, row_or_404(self, request, object_id))
        form = AnswerForm(request.POST or None, initial={"answer": problem.answer})
        if form.is_valid():
            answer, by = form.cleaned_data["answer"], cast(User, request.user)
            closed = problems.close(problem, answer, by)
            words = gettext("Closed.") if closed else gettext("It was closed already.")
            self.message_user(request, words, messages.SUCCESS if closed else messages.WARNING)
            return redirect(desk_address(problem))
        question = gettext("Close this report?")
        return self._ask(
            request, problem, gettext("Close a report"), question, gettext("Close"), form
        )

    @action(  # type: ignore[untyped-decorator]
        description=_("Open again"), url_path="reopen", permissions=["change"]
    )
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a confirmation; open the report again."""
        problem = cast(Problem, row_or_404(self, request, object_id))
        if request.method == "POST":
            opened = problems.reopen(problem, cast(User, request.user))
            words = gettext("Open again.") if opened else gettext("It is open.")
            self.message_user(request, words, messages.SUCCESS if opened else messages.WARNING)
            return redirect(desk_address(problem))
        question = gettext("Open this report again?")
        return self._ask(request, problem, gettext("Open again"), question, gettext("Open again"))

    def _ask(
        self,
        request: HttpRequest,
        problem: Problem,
        title: str,
        question: str,
        label: str,
        form: forms.Form | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "question": question,
            "items": [(desk_address(problem), f"{problem}: {Truncator(problem.text).chars(200)}")],
            "form": form,
            "label": label,
            "back": desk_address(problem),
        }
        return TemplateResponse(request, "admin/confirm_correction.html", context)

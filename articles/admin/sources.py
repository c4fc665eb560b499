"""Sources and their feeds at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, ForeignKey, OuterRef, Q, QuerySet
from django.forms import Field, ModelForm, TypedChoiceField, URLField
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminURLInputWidget

from articles.admin.base import desk_link, labelled, with_names, word_if
from articles.admin.health import (
    COLOURS,
    FILTERS,
    HealthFilter,
    TimesFilter,
    health,
    pushing,
    trouble,
)
from articles.admin.news import LanguageFilter
from articles.admin.source_actions import SourceActions, follow
from articles.admin.source_filters import StateFilter
from articles.admin.source_form import SourceForm
from articles.admin.source_page import SourcePage
from articles.admin.traces import TracingAdmin
from articles.admin.trials import TryingAdmin
from articles.models import Article, Feed, Source, Topic
from articles.models.feed_states import WORKING
from articles.models.sources import FeedQuerySet
from articles.pipeline import followups, page_queue
from articles.pipeline.opml import why_refused
from articles.tasks import refresh_feeds


class FeedForm(ModelForm):  # type: ignore[type-arg]
    """Refuses addresses that would never be fetched; a feed with a new one starts over."""

    url = URLField(
        label=_("Address"), max_length=2000, assume_scheme="https", widget=UnfoldAdminURLInputWidget
    )

    class Meta:
        model = Feed
        fields = ("url", "title", "topic", "active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if reason := why_refused(url, settings.FETCH_ALLOW_NETWORKS):
            raise ValidationError(reason)
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.pk and cleaned.get("url") and "url" in self.changed_data:
            self.instance.start_over()
        return cleaned


class TopicField(TypedChoiceField):
    """A choice among topics that are read once for all the forms of a page."""

    def __init__(self) -> None:
        topics = {str(topic.pk): topic for topic in Topic.objects.all()}
        super().__init__(
            choices=[("", "–"), *((key, topic.name) for key, topic in topics.items())],
            coerce=topics.get,
            empty_value=None,
            required=False,
            widget=UnfoldAdminSelectWidget,
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


class FeedInline(TabularInline):  # type: ignore[misc]
    model = Feed
    form = FeedForm
    fields = ("url", "topic", "active", "state", "trouble")
    readonly_fields = ("state", "trouble")
    extra = 0
    per_page = 20
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        feeds: QuerySet[Feed] = super().get_queryset(request)
        return feeds.select_related("source")

    def formfield_for_foreignkey(
        self, field: ForeignKey[Any, Any], request: HttpRequest, **options: Any
    ) -> Field | None:
        if field.name == "topic":
            return TopicField()
        found: Field | None = super().formfield_for_foreignkey(field, request, **options)
        return found

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return with_names(super().get_formset(request, obj, **options))

    @admin.display(description=_("health"))
    def state(self, feed: Feed) -> str:
        return str(FILTERS[health(feed)][0]) if feed.pk else "–"

    @admin.display(description=_("what is wrong"))
    def trouble(self, feed: Feed) -> str:
        return trouble(feed)


@admin.register(Source)
class SourceAdmin(SourcePage, SourceActions, TryingAdmin):
    form = SourceForm
    actions = (*SourceActions.actions, *TryingAdmin.actions)
    list_display = (
        *("name", "kind", "country", "language", "in_editions", "feeds", "failing"),
        *("weighs", "muting", "pages", "active"),
    )
    list_filter = (StateFilter, "kind", "active", "fetch_pages", "editions", LanguageFilter)
    search_fields = ("name", "slug", "home_url", "owner")
    autocomplete_fields = ("editions",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (FeedInline,)
    readonly_fields = (
        *("history", "output", "corrections"),
        *("notes_changed", "weight_example", "followed"),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "slug"),
                    ("home_url", "owner"),
                    ("country", "language"),
                    "kind",
                    "editions",
                    ("active", "fetch_pages"),
                )
            },
        ),
        (_("Notes"), {"fields": ("notes", "notes_changed")}),
        (
            _("What is shown"),
            {"fields": ("muted_until", "blocked_words", "weight", "weight_example", "followed")},
        ),
        (_("How it does"), {"fields": ("history", "output", "corrections")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, source: Source | None = None
    ) -> tuple[str, ...]:
        own = request.user.has_perm("articles.weigh_source")
        return self.readonly_fields if own else ("weight", *self.readonly_fields)

    def save_model(
        self, request: HttpRequest, source: Source, form: ModelForm[Any], change: bool
    ) -> None:
        """What follows of a change follows at once: stories, and pages of the last days."""
        super().save_model(request, source, form, change)
        if change and followups.FOLLOWED & set(form.changed_data):
            follow([source.pk])
            self.message_user(request, gettext("Its stories follow within seconds."))
        if not {"fetch_pages", "active"} & set(form.changed_data):
            return
        if source.fetch_pages and source.active:
            if count := page_queue.want_recent(source.pk):
                words = ngettext(
                    "%(count)d article page of the last days will be fetched.",
                    "%(count)d article pages of the last days will be fetched.",
                    count,
                )
                self.message_user(request, words % {"count": count})
        else:
            page_queue.drop(source.pk)

    def get_deleted_objects(
        self, sources: Iterable[Source], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What has published is not deleted, and what it published is not read to say so."""
        published = Article.objects.filter(source=OuterRef("pk"))
        found = Source.objects.filter(pk__in=[source.pk for source in sources])
        if kept := list(found.filter(Exists(published))):
            words = gettext("the articles of %(source)s: mute it, or make it inactive")
            return [], {}, set(), [words % {"source": source} for source in kept]
        told: tuple[list[Any], dict[str, int], set[str], list[str]] = super().get_deleted_objects(
            sources, request
        )
        return told

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        sources: QuerySet[Source] = super().get_queryset(request)
        failing = Q(feeds__active=True, feeds__retired_at=None, feeds__failures__gt=0)
        return (
            sources.select_related("follow_up")
            .prefetch_related("editions")
            .annotate(feed_count=Count("feeds"), failing_count=Count("feeds", filter=failing))
        )

    @admin.display(description=_("editions"))
    def in_editions(self, source: Source) -> str:
        return ", ".join(edition.name for edition in source.editions.all()) or "–"

    @admin.display(description=_("weight"), ordering="weight")
    def weighs(self, source: Source) -> str:
        return word_if(source.weight != 1, number_format(source.weight))

    @labelled({"muted": "warning"})
    @admin.display(description=_("muted"), ordering="muted_until")
    def muting(self, source: Source) -> str | tuple[str, str]:
        until = source.muted_until
        if until is None or until <= timezone.now():
            return "–"
        return "muted", date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("article pages"), ordering="fetch_pages")
    def pages(self, source: Source) -> str:
        return word_if(source.fetch_pages, gettext("fetched"))

    @admin.display(description=_("feeds"), ordering="feed_count")
    def feeds(self, source: Source) -> int:
        return int(vars(source)["feed_count"])

    @admin.display(ordering="failing_count", description=_("of them failing"))
    def failing(self, source: Source) -> int:
        return int(vars(source)["failing_count"])


@admin.register(Feed)
class FeedAdmin(TracingAdmin, TryingAdmin):
    form = FeedForm
    list_display = (
        "address",
        "source_link",
        "topic",
        "state",
        "succeeded",
        "trouble",
        "rhythm",
        "next_fetch",
        "unchanged",
        "saved",
        "failures",
    )
    list_select_related = ("source", "topic")
    list_filter = (HealthFilter, TimesFilter, "topic", "source__editions")
    search_fields = ("url", "title", "source__name")
    autocomplete_fields = ("source", "topic")
    actions = ("fetch_now", "pause", "resume", *TryingAdmin.actions)
    ordering = ("-failures", "url")
    readonly_fields = (
        *("state", "outcome", "last_fetch_at", "last_success_at", "trouble", "failures"),
        *("missing_since", "retired_at", "permanent_url", "moved_count", "moved_since"),
        *("rhythm", "next_fetch_at", "entry_gap", "ttl", "fetches", "unchanged"),
        *("received", "saved", "pushing"),
    )
    fieldsets = (
        (None, {"fields": ("source", "url", "title", "topic", "active")}),
        (_("Health"), {"fields": readonly_fields[:6]}),
        (_("Whereabouts"), {"fields": readonly_fields[6:11]}),
        (_("Visits"), {"fields": readonly_fields[11:]}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        feeds: FeedQuerySet = super().get_queryset(request)
        return feeds.with_turns()

    @admin.display(description=_("address"), ordering="url")
    def address(self, feed: Feed) -> str:
        return feed.url.partition("://")[2]

    @labelled({key: COLOURS.get(key, "") for key in FILTERS})
    @admin.display(description=_("health"))
    def state(self, feed: Feed) -> str | tuple[str, str]:
        if not feed.source_id:
            return "–"
        key = health(feed)
        return key, str(FILTERS[key][0])

    @admin.display(description=_("source"), ordering="source__name")
    def source_link(self, feed: Feed) -> str:
        return desk_link(feed.source)

    @admin.display(description=_("last success"), ordering="last_success_at")
    def succeeded(self, feed: Feed) -> str:
        return naturaltime(feed.last_success_at) if feed.last_success_at else gettext("never")

    @admin.display(description=_("what is wrong"))
    def trouble(self, feed: Feed) -> str:
        return trouble(feed)

    @admin.display(description=_("push"))
    def pushing(self, feed: Feed) -> str:
        return pushing(feed) if feed.pk else "–"

    @admin.display(description=_("next fetch"), ordering="next_fetch_at")
    def next_fetch(self, feed: Feed) -> str:
        if feed.paused:
            return "–"
        when = feed.next_check_at
        return gettext("due") if when <= timezone.now() else naturaltime(when)

    @admin.display(description=_("asked every"), ordering="interval")
    def rhythm(self, feed: Feed) -> str:
        now = timezone.now()
        return timesince(now, now + feed.interval, depth=1)

    @admin.display(description=_("unchanged (304)"))
    def unchanged(self, feed: Feed) -> str:
        return f"{feed.not_modified / feed.fetches:.0%}" if feed.fetches else "–"

    @admin.display(description=_("received"), ordering="bytes_received")
    def received(self, feed: Feed) -> str:
        return filesizeformat(feed.bytes_received)

    @admin.display(description=_("saved"), ordering="bytes_saved")
    def saved(self, feed: Feed) -> str:
        """What the answers "not modified" would have taken."""
        return filesizeformat(feed.bytes_saved) if feed.bytes_saved else "–"

    @admin.action(description=_("Fetch now"), permissions=["change"])
    def fetch_now(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        """Queue the feeds, whatever their schedule says."""
        ids = list(feeds.values_list("pk", flat=True))
        try:
            refresh_feeds.delay(ids)
        except OperationalError as error:
            words = gettext("Nothing is fetched: the queue does not answer (%(error)s).")
            self.message_user(request, words % {"error": error}, messages.ERROR)
            return
        words = ngettext(
            "%(count)d feed will be fetched in a moment; this page then shows how it went.",
            "%(count)d feeds will be fetched in a moment; this page then shows how it went.",
            len(ids),
        )
        self.message_user(request, words % {"count": len(ids)}, messages.SUCCESS)

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        count = feeds.filter(active=True).update(active=False)
        words = ngettext(
            "%(count)d feed paused; what it brought stays.",
            "%(count)d feeds paused; what they brought stays.",
            count,
        )
        self.message_user(request, words % {"count": count})

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        """Paused and retired feeds come back, and are due at once."""
        stopped = feeds.filter(Q(active=False) | Q(retired_at__isnull=False))
        count = stopped.update(active=True, retired_at=None, next_fetch_at=timezone.now())
        words = ngettext(
            "%(count)d feed resumed, to be fetched within a minute.",
            "%(count)d feeds resumed, to be fetched within a minute.",
            count,
        )
        self.message_user(request, words % {"count": count})
        if silent := feeds.exclude(WORKING).count():
            words = ngettext(
                "%(count)d feed of a source that is not active stays as it is.",
                "%(count)d feeds of sources that are not active stay as they are.",
                silent,
            )
            self.message_user(request, words % {"count": silent}, messages.WARNING)

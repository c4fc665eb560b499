"""What is stored: fields, constraints and small querysets; no network, no grouping, no pages."""

from articles.models.articles import (
    SIMILAR_LIMIT,
    Article,
    Digest,
    Embedding,
    FrontSlot,
    GroupingAttempt,
    Headline,
    SearchMarks,
    Sighting,
    SimilarLink,
    Story,
    StoryEdition,
)
from articles.models.audit import AuditEntry
from articles.models.corrections import Correction, Held, Moved
from articles.models.doubts import Doubt
from articles.models.fetch_traces import FetchTrace
from articles.models.followups import FollowUp
from articles.models.imports import Import, ImportRow, Listing
from articles.models.installation import Installation
from articles.models.pages import Folded, Page, Site
from articles.models.places import Edition, Topic
from articles.models.problems import Problem
from articles.models.push import Pushed, Subscription
from articles.models.source_days import SourceDay
from articles.models.sources import Feed, Host, Source
from articles.models.takedowns import TAKEN_DOWN, TakeDown, Taken
from articles.models.trials import Trial, TrialEntry, TrialFeed

__all__ = [
    "SIMILAR_LIMIT",
    "TAKEN_DOWN",
    "Article",
    "AuditEntry",
    "Correction",
    "Digest",
    "Doubt",
    "Edition",
    "Embedding",
    "Feed",
    "FetchTrace",
    "Folded",
    "FollowUp",
    "FrontSlot",
    "GroupingAttempt",
    "Headline",
    "Held",
    "Host",
    "Import",
    "ImportRow",
    "Installation",
    "Listing",
    "Moved",
    "Page",
    "Problem",
    "Pushed",
    "SearchMarks",
    "Sighting",
    "SimilarLink",
    "Site",
    "Source",
    "SourceDay",
    "Story",
    "StoryEdition",
    "Subscription",
    "TakeDown",
    "Taken",
    "Topic",
    "Trial",
    "TrialEntry",
    "TrialFeed",
]

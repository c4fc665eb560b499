"""What readers may see: one rule, as a condition for queries and as text for statements of ours.

An article is shown unless it is withheld, for whatever reason that says, or its source is muted.
All that is told of stories is derived from articles that are shown.
"""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Now

from articles.models.sources import Source


def shown(path: str = "") -> Q:
    """The condition that an article, or the one that `path` leads to, is shown.

    Few sources are muted: PostgreSQL reads them once for a query, by an index of their own.
    """
    muted = Source.objects.filter(muted_until__gt=Now()).order_by()
    return Q((f"{path}withheld", "")) & ~Q((f"{path}source__in", muted))


def unmuted() -> Q:
    """The condition that a source itself is shown."""
    return ~Q(muted_until__gt=Now(), muted_until__isnull=False)


def shown_sql(row: str) -> str:
    """`shown` in SQL, for `row`: the name of a table of articles, with a point; empty for none."""
    return (
        f"{row}withheld = '' AND {row}source_id <> ALL (ARRAY("  # noqa: S608 - names of ours
        "SELECT id FROM articles_source WHERE muted_until > statement_timestamp()))"
    )

"""What readers may see: one rule, as a condition for queries and as text for statements of ours.

An article is shown unless it is withheld, for whatever reason that says, or its source is muted.
All that is told of stories is derived from articles that are shown.
"""

from __future__ import annotations

from django.db.models import BooleanField, F, Func, Q
from django.db.models.functions import Now

UNMUTED = "<> ALL (ARRAY(SELECT id FROM articles_source WHERE muted_until > statement_timestamp()))"
"""Behind the source of an article: that it is not muted.

Few sources are: PostgreSQL reads them once for a query, by an index of their own.
"""


class _Unmuted(Func):
    """`UNMUTED` as text: a query within the query would take longer to put together than to run."""

    template = f"%(expressions)s {UNMUTED}"
    output_field = BooleanField()


def shown(path: str = "") -> Q:
    """The condition that an article, or the one that `path` leads to, is shown."""
    return Q((f"{path}withheld", "")) & Q(_Unmuted(F(f"{path}source_id")))


def unmuted() -> Q:
    """The condition that a source itself is shown."""
    return ~Q(muted_until__gt=Now(), muted_until__isnull=False)


def shown_sql(row: str) -> str:
    """`shown` in SQL, for `row`: the name of a table of articles, with a point; empty for none."""
    return f"{row}withheld = '' AND {row}source_id {UNMUTED}"

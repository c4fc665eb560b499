"""How much of a language is grouped at once, so that one article that cannot be costs only itself.

An attempt is counted before it is made, and no longer once it is stored: what stays counted was
raised out of, or its process did not live to end it. After the first of `PATIENCE` such failures
in a row each attempt takes half as many articles as the one before, down to one, and an article
that fails by itself is set apart. Each success doubles the number again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from articles.models import GroupingAttempt

PATIENCE = 3
"""Failures that may have causes other than an article: a worker that is stopped, a full disk."""

# Beyond `alone`, which takes one article, only failures of that very article count.
_BEGIN = """
INSERT INTO articles_groupingattempt AS attempt (language, failures, first)
SELECT language, 1, id FROM articles_article
WHERE language = %(language)s AND clustered_at IS NULL
ORDER BY published_at, id LIMIT 1
ON CONFLICT (language) DO UPDATE
SET first = excluded.first,
    failures = CASE WHEN attempt.first = excluded.first THEN attempt.failures + 1
                    ELSE least(attempt.failures + 1, %(alone)s) END
RETURNING failures, first
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    size: int
    """Articles that it may take; none where the first has failed by itself."""
    first: int
    """The article that it begins with."""


def begin(language: str, most: int) -> Attempt | None:
    """Count an attempt at `most` articles or fewer; None where nothing waits. One statement.

    To be committed before the attempt is made.
    """
    alone = PATIENCE + most.bit_length() - 1
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"language": language, "alone": alone})
        row = cursor.fetchone()
    return Attempt(most >> max(row[0] - PATIENCE, 0), row[1]) if row else None


def succeed(language: str) -> None:
    """Take back what `begin` counted, and one failure more; in the transaction that stores."""
    _take_back(language, 2)


def was_not_made(language: str) -> None:
    """Take back what `begin` counted."""
    _take_back(language, 1)


def begin_anew(language: str) -> None:
    """Forget all failures; in the transaction that sets an article apart.

    Should something else have been wrong, another article is not soon blamed for it.
    """
    GroupingAttempt.objects.filter(language=language).delete()


def _take_back(language: str, count: int) -> None:
    GroupingAttempt.objects.filter(language=language).update(
        failures=Greatest(F("failures") - count, 0)
    )

"""The states that a feed can be in, as conditions for queries."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest, Now

LATENESS = timedelta(minutes=15)
"""A feed that has been due for longer waits for more than the next round."""
SILENT_GAPS = 5
"""A feed is silent that brought nothing new for so many of its usual gaps between entries."""
SILENT_LEAST = timedelta(days=2)
"""But never sooner: nights and Sundays are no silence."""
LATELY = timedelta(days=1)

_PATIENCE = Greatest(
    ExpressionWrapper(F("entry_gap") * SILENT_GAPS, DurationField()),
    Value(SILENT_LEAST, DurationField()),
)

FREE = Q(claimed_until=None) | Q(claimed_until__lt=Now())
"""No worker holds it."""
WANTED = Q(active=True, source__active=True)
WORKING = WANTED & Q(retired_at=None)
"""It is fetched at all."""
DUE = WANTED & FREE & Q(next_fetch_at__lte=Now())
"""Its time has come; retired ones are asked monthly."""
LATE = WANTED & FREE & Q(next_fetch_at__lte=Now() - LATENESS)
FAILING = WORKING & Q(failures__gt=0)
FAILING_LATELY = FAILING & Q(last_success_at__gte=Now() - LATELY)
"""It fails, but could be read within the last day."""
SILENT = WORKING & Q(failures=0, entry_gap__isnull=False, newest_entry_at__lt=Now() - _PATIENCE)
"""It answers, but with nothing new, for long by its own rhythm."""
RETIRED_LATELY = Q(retired_at__gte=Now() - LATELY)

"""Lists that were imported long ago are deleted, with their rows; what they brought stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import Feed, Import, ImportRow
from articles.pipeline import imports
from tests.factories import make_edition

pytestmark = pytest.mark.django_db

LIST = b"<opml version='2.0'><body>%s</body></opml>" % b"".join(
    b"<outline text='Paper %d' xmlUrl='https://p%d.example/feed'/>" % (n, n) for n in range(5)
)
LONG_AGO = timedelta(days=settings.RECORDS_DAYS, hours=1)


def imported(state: Import.State = Import.State.DONE, ago: timedelta = LONG_AGO) -> Import:
    edition = make_edition(f"e{Import.objects.count()}")
    work = imports.run(None, edition, "list.opml", LIST)
    Import.objects.filter(pk=work.pk).update(made_at=timezone.now() - ago, state=state)
    return work


def test_old_lists_go_in_batches_and_their_feeds_stay(monkeypatch):
    monkeypatch.setattr(imports, "FORGET_AT_ONCE", 2)
    imported()
    imported(Import.State.CHECKED)
    new = imported(ago=timedelta(days=1))
    assert imports.forget() == 2
    assert Import.objects.get() == new
    assert set(ImportRow.objects.values_list("list", flat=True)) == {new.pk}
    assert Feed.objects.count() == 5


def test_a_list_that_is_worked_on_is_kept_however_old_it_is():
    kept = imported(Import.State.STORING)
    assert imports.forget() == 0
    assert kept.rows.count() == 5


def test_a_setting_says_for_how_long(settings):
    imported(ago=timedelta(days=3))
    settings.RECORDS_DAYS = 2
    assert imports.forget() == 1

"""What outlets put behind their headlines."""

from __future__ import annotations

import pytest

from articles.clustering.parameters import DAY
from articles.clustering.tails import Tails, parted
from tests.clustering.news import NOON, article, read, window

RESIGNED = "Harl mayor resigns - The Easthaven Daily News"
STORM = "Storm fells trees in Corrie - The Easthaven Daily News"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Storm fells trees – The Corrie News", ("Storm fells trees", "The Corrie News")),
        (
            "Rovers - Athletic 2:1 after penalties | live",
            ("Rovers - Athletic 2:1 after penalties", "live"),
        ),
        ("Storm-felled trees block roads", ("Storm-felled trees block roads", "")),
        ("Explained - why the bridge in Port Alder is shut", None),
        ("Mayor resigns - council to meet in Harl on Monday at noon", None),
        ("", None),
    ],
)
def test_a_tail_is_short_and_behind_a_dash_or_bar(title, expected):
    assert parted(title) == (expected or (title, ""))


def test_the_name_of_an_outlet_does_not_join_its_articles():
    titles = [RESIGNED, STORM, "Choir wins prize - The Easthaven Daily News"]
    documents = [article(at, title, source=7) for at, title in enumerate(titles)]
    assert len(read(documents).stories()) == 3


def test_a_tail_that_an_outlet_uses_once_is_read():
    tails = Tails()
    assert tails.headline(article(1, RESIGNED, source=1)) == RESIGNED
    assert tails.headline(article(2, STORM, source=2)) == STORM
    assert tails.headline(article(3, STORM, source=1)) == "Storm fells trees in Corrie"


def test_tails_are_forgotten_with_their_articles():
    into = window()
    into.group([article(1, RESIGNED, source=1)])
    into.forget(NOON + DAY)
    later = article(2, STORM, source=1, at=NOON + 2 * DAY)
    into.group([later])
    into.group([article(3, "Easthaven Daily News is sold", source=2, at=NOON + 2 * DAY)])
    assert "daili" in dict(into.explain(2, 3))

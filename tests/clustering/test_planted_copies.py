"""Copies planted among news as publishers make them, in any order of arrival, and found again."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.clustering.parameters import DAY
from articles.clustering.types import Document
from tests.clustering.news import BRIDGE, HOUR, NOON, VOLCANO, article, read

REPORT = """\
The harbour bridge in Port Alder was closed to all traffic on Tuesday after inspectors found a
crack in one of its main cables.

Thousands of commuters were sent across the northern crossing, where queues stretched for
several kilometres before noon, and the mayor promised free ferries.

Engineers would need at least four weeks to replace the damaged strand, said Ida Lund, who heads
the roads office, since a new one has to be spun in Easthaven and shipped from there.

Shop owners on the southern bank fear for the summer season, which begins in ten days with the
regatta. Last year it brought forty thousand guests, most of whom came by car.

The bridge was opened in 1961 and carries sixty thousand vehicles a day, twice as many as it was
built for. A tunnel has been talked about for thirty years; a study of the harbour board put its
price at nine hundred million crowns, which parliament refused to spend.

An inquiry will ask why the yearly inspection had been put off twice since last autumn. The
roads office blamed a lack of staff. Opposition members called for the minister to resign, while
the union of bridge keepers recalled that it had warned of rust three years ago.

Until the repair is done, buses will run every five minutes through the old customs tunnel, and
lorries of more than twelve tonnes have to go round by Lowmoor, a detour of an hour.
"""
OTHER_REPORT = """\
Commuters in Port Alder face a month of detours: the city shut its best known bridge on Tuesday
morning when a routine check turned up damage in a load-bearing cable.

Free ferries will run from Wednesday, according to the town hall. Traders near the quay
complained that they had not been warned.

The crack is serious, experts say, but there had been no danger of collapse, because the
remaining cables can carry the weight of the roadway alone. A strand of this size takes a month
to make, and only one plant in the country can.

Critics in parliament want to know how the damage could stay unseen. The minister said in the
evening that she would wait for the outcome of the inquiry before she drew conclusions.
"""
TITLE, OTHER_TITLE = BRIDGE[0], BRIDGE[2]
BEFORE = "Dear readers, this article is free thanks to those who support us every month. "
AFTER = " Sign up to our newsletter for more stories like this. Read more on our site."
VARIANTS = ("byline", "cut", "before", "after", "edited")


def text(report: str, full: bool, start: int = 0) -> str:
    """A report from some paragraph on, all of it or a lead alone, as most feeds give it."""
    paragraphs = report.split("\n\n")[start:]
    return " ".join(" ".join(paragraphs if full else paragraphs[:3]).split())


def variant(kind: str, full: bool, random: Random) -> str:
    whole = text(REPORT, full)
    made = {
        "byline": "By Our Own Correspondent in Port Alder. " + whole,
        "cut": text(REPORT, full, start=1),
        "before": BEFORE + whole,
        "after": whole + AFTER,
        "edited": edited(whole, 0.1, random),
    }
    return made[kind]


def edited(whole: str, share: float, random: Random) -> str:
    """A text with so many of its words replaced, each by another."""
    words = whole.split()
    for at in random.sample(range(len(words)), round(share * len(words))):
        words[at] = f"otherwise{random.randrange(1000)}"
    return " ".join(words)


def planted(full: bool, random: Random) -> list[Document]:
    """The original (1), its variants (2 to 6), another report (7) and other news, shuffled."""
    told = [
        (1, TITLE, text(REPORT, full)),
        *(
            (number, title, variant(kind, full, random))
            for number, kind in enumerate(VARIANTS, start=2)
            for title in [TITLE if random.random() < 0.5 else BRIDGE[1]]
        ),
        (7, OTHER_TITLE, text(OTHER_REPORT, full)),
        *((number, title, "") for number, title in enumerate(VOLCANO, start=8)),
    ]
    found = [
        article(number, title, lead=lead, at=NOON + number * HOUR) for number, title, lead in told
    ]
    random.shuffle(found)
    return found


@pytest.mark.parametrize("full", [True, False], ids=["full texts", "leads alone"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), batch=st.integers(1, 10))
def test_every_variant_is_a_copy_of_the_original_and_another_report_is_none(full, seed, batch):
    reader = read(planted(full, Random(seed)), batch)

    assert reader.copies() == dict.fromkeys(range(2, 7), 1)


@pytest.mark.parametrize("full", [True, False], ids=["full texts", "leads alone"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), batch=st.integers(1, 10))
def test_the_agency_that_a_variant_names_is_the_original_whenever_it_comes(full, seed, batch):
    random = Random(seed)
    lead = text(REPORT, full)
    named = article(1, TITLE, lead="PORT ALDER (Reuters) - " + lead, at=NOON)
    retold = article(2, TITLE, lead=variant("edited", full, random), at=NOON + HOUR)
    own = Document(3, TITLE, lead, 3, NOON + random.uniform(-1, 1) * DAY, outlet="Reuters")
    documents = [named, retold, own]
    random.shuffle(documents)

    assert read(documents, batch).copies() == {1: 3, 2: 3}

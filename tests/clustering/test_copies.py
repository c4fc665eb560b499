"""Near-duplicates, planted as publishers make them."""

from __future__ import annotations

import math
import random

import pytest

from articles.clustering.copies import (
    Origin,
    near_duplicate,
    origin,
    originals,
    same_title,
    sketch,
)
from articles.clustering.text import words
from articles.clustering.types import Document

TITLE = "Harbour bridge in Port Alder closes after crack is found"
BODY = (
    "The harbour bridge in Port Alder was closed to all traffic on Tuesday after inspectors found "
    "a crack in one of its main cables. Thousands of commuters were sent across the northern "
    "crossing, where queues stretched for several kilometres before noon. The mayor said that "
    "engineers would need at least four weeks to replace the damaged strand, and promised free "
    "ferries in the meantime. Shop owners on the southern bank fear for the summer season, which "
    "begins in ten days. The bridge was opened in 1961 and carries sixty thousand vehicles a day. "
    "An inquiry will ask why the yearly inspection had been put off twice since last autumn."
)
OTHER_BODY = (
    "Commuters in Port Alder face a month of detours: the city shut its best known bridge on "
    "Tuesday morning when a routine check turned up damage in a load-bearing cable. Free ferries "
    "will run from Wednesday, according to the town hall. Traders near the quay complained that "
    "they had not been warned. Engineers called the crack serious but said that there had been no "
    "danger of collapse, since the remaining cables can carry the weight of the roadway alone."
)


def of(title: str, lead: str = ""):
    return sketch(words(title), words(lead))


def edited(text: str, share: float) -> str:
    chosen = random.Random(5)
    return " ".join("otherwise" if chosen.random() < share else word for word in text.split())


@pytest.mark.parametrize(
    "copy",
    [
        BODY,
        "PORT ALDER (Reuters) - " + BODY,
        "By Our Own Correspondent. " + BODY,
        BODY.partition(". ")[2],
        BODY + " Sign up to our newsletter for more stories like this. Read more on our site.",
        edited(BODY, 0.1),
    ],
    ids=["same", "dateline", "byline", "first paragraph cut", "boilerplate", "a tenth edited"],
)
def test_a_copy_is_known_whatever_was_done_to_it(copy):
    assert near_duplicate(of(TITLE, BODY), of("Bridge shut", copy))


def test_another_report_of_the_same_event_is_no_copy():
    assert not near_duplicate(of(TITLE, BODY), of("Cracked bridge shuts", OTHER_BODY))


def test_a_long_text_is_known_by_its_sketch():
    sentences = [
        f"Councillor {name} spoke of {name}s and their needs at length."
        for name in (f"word{number}" for number in range(120))
    ]
    whole = " ".join(sentences)
    assert near_duplicate(of(TITLE, whole), of("Council meets", " ".join(sentences[6:])))


def test_headlines_alone_are_copies_if_they_say_the_same_in_enough_words():
    assert near_duplicate(of(TITLE), of(TITLE.upper()))
    assert near_duplicate(of(TITLE), of(TITLE, BODY))


def test_a_short_title_makes_no_copy():
    assert not near_duplicate(of("Morning briefing"), of("Morning briefing"))


def test_one_title_over_two_different_texts_is_no_copy():
    unrelated = " ".join(reversed(OTHER_BODY.split()))
    assert not near_duplicate(of(TITLE, BODY), of(TITLE, unrelated))


def test_an_outlets_name_behind_a_title_changes_nothing():
    assert same_title(" ".join(words(TITLE)), " ".join(words(TITLE + " - The Alder Courier")))


def test_titles_that_differ_in_a_number_are_two():
    one = " ".join(words("Regatta live: every race and result as it happens on day 1"))
    other = " ".join(words("Regatta live: every race and result as it happens on day 2"))
    assert not same_title(one, other)


class Pile:
    """Articles, for `originals`, by number."""

    def __init__(self, *articles: Origin) -> None:
        self.origins = {each.number: each for each in articles}

    def resolve(self, *pairs: tuple[int, int]) -> dict[int, int]:
        twins: dict[int, set[int]] = {number: set() for number in self.origins}
        for one, other in pairs:
            twins[one].add(other)
            twins[other].add(one)
        return originals(self.origins, twins, self.origins.__getitem__)


def test_the_earliest_is_the_original():
    assert Pile(Origin(7, 20.0, 1), Origin(8, 10.0, 2)).resolve((1, 2)) == {1: 2}


def test_at_the_same_time_the_signed_is_the_original_then_the_lower_number():
    pile = Pile(Origin(7, 10.0, 1), Origin(8, 10.0, 2, signed="AP"))
    assert pile.resolve((1, 2)) == {1: 2}
    assert Pile(Origin(7, 10.0, 1), Origin(8, 10.0, 2)).resolve((1, 2)) == {2: 1}


def test_the_own_article_of_the_agency_that_a_copy_names_is_the_original_however_late():
    early, late = Origin(7, 1.0, 1, signed="AP"), Origin(9, 3.0, 3, agency="AP")
    assert Pile(early, Origin(8, 2.0, 2), late).resolve((1, 2), (1, 3), (2, 3)) == {1: 3, 2: 3}


def test_without_the_agencys_own_article_the_earliest_is_the_original():
    pile = Pile(Origin(7, 1.0, 1), Origin(8, 2.0, 2, signed="AP"))
    assert pile.resolve((1, 2)) == {2: 1}


def test_an_agency_that_nobody_names_is_like_any_other():
    pile = Pile(Origin(7, 1.0, 1, signed="AFP"), Origin(8, 2.0, 2, agency="AP"))
    assert pile.resolve((1, 2)) == {2: 1}


def test_a_copy_of_a_copy_is_a_copy_of_the_original():
    pile = Pile(Origin(7, 1.0, 1), Origin(8, 2.0, 2), Origin(9, 3.0, 3))
    assert pile.resolve((1, 2), (2, 3)) == {2: 1, 3: 1}


def test_a_source_never_copies_itself_through_another():
    pile = Pile(Origin(7, 1.0, 1), Origin(8, 2.0, 2), Origin(7, 3.0, 3))
    assert pile.resolve((1, 2), (2, 3)) == {2: 1}


def test_an_article_tells_who_wrote_it_and_who_published_it():
    told = Document(5, TITLE, BODY, 7, None, ("Jane Roe, Reuters",), "AP News")
    assert origin(told) == Origin(7, math.inf, 5, agency="AP", signed="Reuters")
    assert origin(Document(5, TITLE, "BERLIN (dpa) - " + BODY, 7, 3.0)).signed == "dpa"

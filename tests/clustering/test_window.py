"""The window as the pipeline uses it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import islice, product
from string import ascii_lowercase

import pytest

from articles.clustering.parameters import DAY, DEFAULT
from articles.clustering.types import Known, Placement
from tests.clustering.news import (
    BRIDGE,
    CUP,
    HOUR,
    LONELY,
    NOON,
    VOLCANO,
    Reader,
    article,
    edition,
    read,
    window,
)

WIRE = "Ferry with two hundred passengers aground off Cape Orrin, coastguard says"
WIRE_LEAD = (
    "A ferry with two hundred passengers ran aground off Cape Orrin early on Sunday, the "
    "coastguard said, adding that nobody was hurt and that tugs were on their way to the ship."
)


def events(titles: list[str], documents) -> frozenset[int]:
    return frozenset(each.id for each in documents if each.title in titles)


def test_reports_of_one_event_make_one_story_and_others_do_not():
    documents = edition()
    expected = {events(titles, documents) for titles in (BRIDGE, VOLCANO, CUP, [LONELY])}
    assert read(documents).stories() == expected


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_the_size_of_batches_does_not_change_the_stories(batch):
    assert read(edition(), batch).stories() == read(edition()).stories()


def test_the_same_articles_in_the_same_order_give_the_same_answer():
    one, other = window().group(edition()), window().group(edition())
    assert one == other


def test_every_document_of_a_batch_has_a_placement_in_the_order_given():
    documents = list(reversed(edition()))
    placements = window().group(documents).placements
    assert [each.article for each in placements] == [each.id for each in documents]


def test_a_story_keeps_its_id_as_it_grows():
    into = window()
    first = into.group([article(1, BRIDGE[0])]).placements[0].story
    for number, title in enumerate(BRIDGE[1:], start=2):
        assert into.group([article(number, title)]).placements[0].story == first


def test_ids_are_asked_for_lasting_stories_only():
    given: list[int] = []

    def new_story() -> int:
        given.append(len(given) + 1)
        return given[-1]

    into = type(window())("en", new_story=new_story)
    grouped = into.group(edition())
    assert {each.story for each in grouped.placements} == set(given)


def test_a_word_in_any_script_can_tell_an_event():
    titles = [
        "港町アルダーで大橋が通行止め、ケーブルに亀裂",
        "アルダーの大橋、ケーブルに亀裂が見つかり通行止め",
        "サッカー杯決勝、ダンモアがPK戦で優勝",
    ]
    into, reader = window("ja"), Reader()
    reader.take(into.group([article(at, title) for at, title in enumerate(titles)]))
    assert reader.stories() == {frozenset({0, 1}), frozenset({2})}


# -- time


def test_articles_months_apart_never_share_a_story_however_alike():
    half_a_year = 180 * DAY
    reader = read([article(1, BRIDGE[0]), article(2, BRIDGE[0], at=NOON + half_a_year)])
    assert reader.stories() == {frozenset({1}), frozenset({2})}
    assert reader.copies() == {}


def test_a_withdrawal_told_over_half_a_year_is_not_one_story():
    """What came two weeks before and half a year after stands apart, yet is similar news."""
    documents = [
        article(
            1,
            "Ostland: no allies willing to replace Norrian troops, says alliance chief",
            at=NOON - 13 * DAY,
        ),
        article(2, "Last Norrian flights leave Velmar before rebels take over airport"),
        article(
            3,
            "Last Norrian flights leave Velmar before rebels take over airport",
            at=NOON + HOUR / 2,
        ),
        article(
            4,
            "Norrian troops complete withdrawal from Ostland as last flights leave Velmar",
            at=NOON + 3 * HOUR,
        ),
        article(
            5,
            "Norrian commander alarmed by rebel foothold in Ostland after withdrawal",
            at=NOON + 172 * DAY,
        ),
    ]
    reader = read(documents)
    assert reader.copies() == {3: 2}
    assert reader.places[1].story != reader.places[2].story
    assert reader.places[5].story not in {reader.places[each].story for each in (1, 2, 3, 4)}
    assert 4 in reader.similar[5]
    assert 4 in reader.similar[1]


def test_the_past_can_arrive_after_the_present():
    late = [replace(each, id=each.id + 100, published=NOON - 300 * DAY) for each in edition()]
    assert len(read([*edition(), *late]).stories()) == 2 * len(read(edition()).stories())


def test_articles_of_unknown_time_are_grouped_by_their_words():
    documents = [article(at, title, at=None) for at, title in enumerate(BRIDGE + VOLCANO)]
    assert read(documents).stories() == {frozenset(range(4)), frozenset(range(4, 7))}


# -- copies


def wire(number: int, at: float, source: int | None = None):
    return article(number, WIRE, lead=WIRE_LEAD, at=at, source=source)


def test_a_copy_points_at_the_earliest_and_shares_its_story():
    reader = read([wire(1, NOON), wire(2, NOON + HOUR), wire(3, NOON + 2 * HOUR)])
    assert reader.copies() == {2: 1, 3: 1}
    assert len(reader.stories()) == 1


def test_an_earlier_original_that_arrives_late_takes_its_place():
    into, reader = window(), Reader()
    reader.take(into.group([wire(1, NOON + HOUR), wire(2, NOON + 2 * HOUR)]))
    story = reader.places[1].story
    assert reader.copies() == {2: 1}
    reader.take(into.group([wire(3, NOON)]))
    assert reader.copies() == {1: 3, 2: 3}
    assert reader.stories() == {frozenset({1, 2, 3})}
    assert reader.places[3].story == story


def test_a_publisher_does_not_copy_itself():
    assert read([wire(1, NOON, source=7), wire(2, NOON + HOUR, source=7)]).copies() == {}


def test_a_generic_title_makes_no_copies():
    documents = [article(at, "Morning briefing") for at in range(3)]
    assert read(documents).copies() == {}


# -- similar news


def test_similar_news_folds_copies_and_names_an_outlets_follow_ups():
    documents = [
        article(1, BRIDGE[0], source=1),
        article(2, BRIDGE[1], source=2, at=NOON + HOUR),
        article(3, BRIDGE[1], source=3, at=NOON + 2 * HOUR),
        article(4, BRIDGE[2], source=4, at=NOON + 3 * HOUR),
        article(5, BRIDGE[3], source=1, at=NOON + 4 * HOUR),
    ]
    reader = read(documents)
    assert reader.copies() == {3: 2}
    assert set(reader.similar[1]) == {2, 4, 5}


def test_no_outlet_fills_a_list():
    documents = [article(1, BRIDGE[0], source=1)]
    documents += [
        article(2 + n, f"{told} of the crack in Port Alder's bridge", source=2, at=NOON + n * HOUR)
        for n, told in enumerate(["Mayor says she knew", "Ferry master speaks", "A history"])
    ]
    documents.append(article(5, "Crack, cable, bridge: Port Alder explained", source=2))
    assert len(read(documents).similar[1]) == 3


def test_an_article_does_not_list_its_own_copies():
    reader = read([wire(1, NOON), wire(2, NOON + HOUR)])
    assert reader.similar == {}


def test_unrelated_articles_are_not_similar_news():
    reader = read([article(1, LONELY), article(2, VOLCANO[0])])
    assert reader.similar == {}


def test_the_lists_of_earlier_articles_follow_new_ones():
    into, reader = window(), Reader()
    reader.take(into.group([article(1, BRIDGE[0])]))
    reader.take(into.group([article(2, BRIDGE[1])]))
    assert list(reader.similar[1]) == [2]
    assert reader.similar[1][2] == reader.similar[2][1]


# -- changes


def test_an_edited_article_is_grouped_again():
    into, reader = window(), Reader()
    reader.take(into.group(edition()))
    changed = article(1, "Vale Athletic manager resigns after lost Lantern Cup penalties")
    reader.take(into.group([changed]))
    assert reader.places[1].story != reader.places[4].story
    assert 4 not in reader.similar[1]
    assert 1 not in reader.similar[4]


def test_a_corrected_letter_keeps_the_story_and_its_id():
    into, reader = window(), Reader()
    reader.take(into.group([article(1, BRIDGE[0]), article(2, LONELY)]))
    before = dict(reader.places)
    reader.take(into.group([article(1, BRIDGE[0] + "s"), article(2, LONELY + "!")]))
    assert reader.places == before


def test_an_article_that_was_edited_before_the_window_was_filled_is_grouped_by_its_new_text():
    into, reader = window(), Reader()
    first, second = article(1, BRIDGE[0]), article(2, BRIDGE[1])
    reader.take(into.group([first, second]))
    edited = replace(second, title=LONELY)
    again = window()
    again.seed([Known(first, 51), Known(edited, 51, edited=True)])
    again.retell([1, 99])
    grouped = again.group([edited])
    reader.take(grouped)
    assert grouped.placements[0].story != 51
    assert reader.similar == {1: {}, 2: {}}
    assert again.group([edited]).similar == {}


def test_an_edit_that_makes_an_article_like_no_other_empties_its_list():
    into, reader = window(), Reader()
    reader.take(into.group([article(1, BRIDGE[0]), article(2, BRIDGE[1])]))
    reader.take(into.group([article(1, LONELY)]))
    assert reader.similar == {1: {}, 2: {}}


def test_an_edited_article_leaves_the_lists_of_those_that_are_not_in_its_own():
    """Many are liker to it than the one that lists it."""
    shared = "Harbour bridge Port Alder cable crack"
    many = [article(ord(each), f"{shared} {each * 5} {each * 7}") for each in ascii_lowercase]
    ferry = article(2, "Commuters grumble over ferry prices since crack in cable")
    bridge = article(1, f"{shared} stays commuters")
    into, reader = window(), Reader()
    reader.take(into.group([ferry, bridge, *many]))
    assert 1 in reader.similar[2]
    reader.take(into.group([replace(bridge, title=LONELY)]))
    assert 1 not in reader.similar[2]


def test_an_article_told_again_unchanged_changes_nothing():
    into = window()
    first = into.group(edition())
    again = into.group(edition())
    assert again.placements == first.placements
    assert again.similar == {}


def test_without_the_original_the_first_copy_is_the_original():
    into, reader = window(), Reader()
    reader.take(into.group([wire(1, NOON), wire(2, NOON + HOUR), wire(3, NOON + 2 * HOUR)]))
    into.remove(1)
    del reader.places[1]
    reader.take(into.group([]))
    assert reader.copies() == {3: 2}
    assert reader.stories() == {frozenset({2, 3})}


def test_a_removed_article_leaves_the_lists_of_others():
    into, reader = window(), Reader()
    reader.take(into.group([article(1, BRIDGE[0]), article(2, BRIDGE[1])]))
    into.remove(1)
    reader.take(into.group([]))
    assert reader.similar[2] == {}
    assert len(into) == 1


def test_removing_what_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        window().remove(1)


def test_in_a_large_window_too_what_has_left_is_neither_listed_nor_found():
    into, reader = window(), Reader()
    others = [article(number, f"Notice {number} of matter{number}") for number in range(100, 200)]
    reader.take(into.group([*others, article(1, BRIDGE[0])]))
    into.remove(1)
    reader.take(into.group([article(2, BRIDGE[1]), article(3, BRIDGE[2])]))

    assert reader.similar[2].keys() == {3}
    assert reader.similar[3].keys() == {2}

    for number in range(100, 200):
        into.remove(number)
    reader.take(into.group([article(4, BRIDGE[3])]))
    assert reader.similar[4].keys() == {2, 3}
    assert into.forget(NOON + DAY) == 3


def test_of_too_many_alike_those_of_its_own_days_are_compared_with_an_article():
    into, reader = window(parameters=replace(DEFAULT, candidates=2)), Reader()
    days = {1: -20, 2: 0, 3: -15, 4: 1, 5: -10}
    reader.take(
        into.group([article(n, "Harbour bridge shut", at=NOON + days[n] * DAY) for n in days])
    )
    reader.take(into.group([article(6, "Harbour bridge shut", at=NOON + DAY / 2)]))

    assert reader.similar[6].keys() == {2, 4}


# -- forgetting and filling


def test_forgetting_drops_the_old_and_says_how_many():
    into = window()
    into.group([article(1, BRIDGE[0]), article(2, VOLCANO[0], at=NOON + 10 * DAY)])
    assert into.forget(NOON + DAY) == 1
    assert into.forget(NOON + DAY) == 0
    assert len(into) == 1


def test_an_original_stays_as_long_as_its_copies():
    into = window()
    into.group([wire(1, NOON), wire(2, NOON + 2 * DAY)])
    assert into.forget(NOON + DAY) == 0
    assert into.forget(NOON + 3 * DAY) == 2


def test_a_window_that_forgets_does_not_grow():
    into = window()
    sizes = []
    for day in range(60):
        start = 1000 * day
        into.group(
            [
                replace(each, id=each.id + start, published=(each.published or 0) + day * DAY)
                for each in edition()
            ]
        )
        into.forget(NOON + (day - 3) * DAY)
        sizes.append(len(into))
    assert max(sizes[10:]) == sizes[10] <= 5 * len(edition())


def test_words_are_forgotten_with_the_articles_that_had_them():
    """Words never seen before come every day, and a process may group for months."""
    into = window()
    names = ("".join(letters) for letters in product(ascii_lowercase, repeat=5))
    held = []
    tracemalloc.start()
    for day in range(60):
        headlines = [" ".join(islice(names, 20)) for _ in range(20)]
        batch = enumerate(headlines, start=100 * day)
        into.group([article(number, each, at=NOON + day * DAY) for number, each in batch])
        into.forget(NOON + (day - 2) * DAY)
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(held[40:]) < 1.5 * max(held[:20])


def test_a_word_that_comes_back_after_it_was_forgotten_is_known_as_itself():
    into, reader = window(), Reader()
    for day, titles in enumerate((BRIDGE, VOLCANO, CUP, BRIDGE)):
        numbered = enumerate(titles, start=10 * day)
        news = [article(number, each, at=NOON + 40 * day * DAY) for number, each in numbered]
        reader.take(into.group(news))
        into.forget(NOON + (40 * day + 20) * DAY)
        assert len(into) == 0
    fresh = Reader()
    fresh.take(window().group([article(30 + at, each) for at, each in enumerate(BRIDGE)]))
    assert {number: reader.similar[number].keys() for number in fresh.similar} == {
        number: fresh.similar[number].keys() for number in fresh.similar
    }
    assert frozenset(range(30, 34)) in reader.stories()


def test_seeding_and_grouping_on_is_grouping_in_one_go():
    documents = edition()
    before, after = documents[:6], documents[6:]
    reader = read(before, 100)
    seeded = window()
    seeded.seed(
        Known(each, reader.places[each.id].story + 50, reader.places[each.id].copy_of)
        for each in reversed(before)
    )
    for place in list(reader.places.values()):
        reader.places[place.article] = replace(place, story=place.story + 50)
    reader.take(seeded.group(after))
    whole = read(documents, 6)
    assert reader.stories() == whole.stories()
    assert {number: set(found) for number, found in reader.similar.items()} == {
        number: set(found) for number, found in whole.similar.items()
    }


def test_a_seeded_window_goes_on_with_the_stories_it_was_given():
    into = window()
    into.seed([Known(article(1, BRIDGE[0]), 77)])
    assert into.group([article(2, BRIDGE[1])]).placements == (Placement(2, 77),)


def test_a_copy_whose_original_is_outside_stays_one():
    into = window()
    into.seed([Known(wire(2, NOON), 77, copy_of=1)])
    assert into.group([wire(2, NOON)]).placements == (Placement(2, 77, copy_of=1),)


def test_it_can_say_which_words_two_articles_share():
    into = window()
    into.group([article(1, BRIDGE[0]), article(2, BRIDGE[1])])
    shared = into.explain(1, 2)
    assert {"alder", "crack", "cabl", "bridg"} <= {word for word, _ in shared}
    assert [part for _, part in shared] == sorted((part for _, part in shared), reverse=True)
    assert dict(shared)["alder"] > dict(shared)["in"]
    assert 0 < sum(part for _, part in shared) <= 1

"""What publishers put around a text."""

from __future__ import annotations

import pytest

from articles.entries.clutter import remove_clutter, repair_spacing
from articles.entries.keypoints import key_points
from articles.entries.sentences import split_sentences

REPORT = "The council voted to close the old bridge on Monday. Repairs will take a year."
HEADLINES = (
    "Choir sings in the rain🎵 'We never gave up': Ferry crew on a long night 3 parks to see"
)


@pytest.mark.parametrize(
    "clutter",
    [
        "Join Our Newsletter",
        "Join our weekly newsletter for more stories like this.",
        "Sign up to our morning briefing and never miss a story",
        "Subscribe now",
        "WatchUsOn",
        "Watch us on YouTube",
        "Follow us on Facebook and Twitter.",
        "Click here to see the pictures",
        "Read more »",
        "Read more: Why the bridge matters",
        "Continue reading…",
        "[Read the full story]",
        "Share this article",
        "Advertisement",
        "Comments (12)",
        "Related stories",
        "Watch: The bridge from the air.",
        "VIDEO: How a bridge is closed",
        "We use cookies to improve our pages.",
        "The post Bridge to close. What now? appeared first on The Example.",
        "This article was originally published by Another Example.",
        "All rights reserved. This material may not be published, broadcast or redistributed.",
        "© 2026 The Example. All rights reserved.",
        "Copyright 2026 The Example",
        "Weiterlesen",
        "Lesen Sie auch: Die Brücke schließt",
        "Jetzt unseren Newsletter abonnieren",
        "Jetzt Newsletter bestellen",
        "Melden Sie sich hier für unseren Newsletter an.",
        "Der Beitrag Brücke zu erschien zuerst auf Beispielblatt.",
        "Abonnez-vous à notre lettre du matin",
        "À lire aussi : Le pont ferme",
        "Lire la suite",
        "Cet article Le pont ferme est apparu en premier sur Exemple.",
        "Suscríbete a nuestro boletín",
        "Lee también: El puente cierra",
        "Seguir leyendo",
        "La entrada Cierra el puente se publicó primero en Ejemplo.",
    ],
)
def test_calls_labels_and_signatures_go_wherever_they_stand(clutter):
    assert remove_clutter(f"{REPORT}\n\n{clutter}") == REPORT
    assert remove_clutter(f"{clutter}\n\n{REPORT}") == REPORT
    assert remove_clutter(f"{REPORT}\n\n{clutter}\n\nThe mayor agreed.") == (
        f"{REPORT}\n\nThe mayor agreed."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "The council's newsletter said that the bridge would close.",
        "She asked them to join our newsletter, he recalled.",
        "“Join our newsletter,” the poster read.",
        "Share prices fell by a tenth on Monday.",
        "Read more than one book a week, the minister urged.",
        "Related deaths rose for the third year.",
        "Subscribers to the paper rose by a third.",
        "Comments by the mayor were met with silence.",
        "Watching us on the bank, the crew waved.",
        "Live updates from court are forbidden, the judge said.",
        "Recommended speeds were ignored, the report says.",
        "Anzeigen gegen den Fahrer gingen am Montag ein.",
        "Publicité interdite près des écoles, dit le maire.",
    ],
)
def test_sentences_that_only_use_such_words_survive(sentence):
    assert remove_clutter(sentence) == sentence
    assert remove_clutter(f"{REPORT} {sentence}") == f"{REPORT} {sentence}"
    assert remove_clutter(f"{sentence}\n\n{REPORT}") == f"{sentence}\n\n{REPORT}"


def test_headlines_after_a_closing_call_go_with_it():
    clutter = ("Join Our Newsletter", "WatchUsOn", "Choir sings in the rain🎵", "3 parks to see")
    assert remove_clutter("\n\n".join((REPORT, *clutter))) == REPORT


def test_headlines_after_a_call_go_also_where_all_is_one_paragraph():
    assert remove_clutter(f"{REPORT} Join Our Newsletter WatchUsOn {HEADLINES}") == REPORT


def test_a_call_in_the_middle_of_a_paragraph_goes_alone():
    text = "The bridge closed. Sign up to our newsletter for more. Repairs take a year."
    assert remove_clutter(text) == "The bridge closed. Repairs take a year."


def test_a_report_after_a_call_is_kept_though_it_is_cut_off():
    cut = " ".join(
        ["The council met again on Tuesday to hear from those who live by the river"] * 3
    )
    assert remove_clutter(f"Advertisement\n\n{cut}…") == f"{cut}…"


def test_what_was_cut_before_a_call_stays_marked_as_cut():
    assert remove_clutter("The council voted to […]") == "The council voted to…"
    assert remove_clutter("The council voted to… Continue reading The bridge") == (
        "The council voted to…"
    )


def test_text_that_is_all_clutter_is_empty():
    assert remove_clutter("Read more »") == ""


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("many of the victims.The town mourns", "many of the victims. The town mourns"),
        ("is it true?Nobody knows!But", "is it true? Nobody knows! But"),
        ('the"vast majority" of people', 'the "vast majority" of people'),
        ('they were "very kind"to us', 'they were "very kind" to us'),
        ('about 2,000"hardened" men', 'about 2,000 "hardened" men'),
        ("he said.”The town", "he said.” The town"),
    ],
)
def test_lost_spaces_are_given_back(damaged, repaired):
    assert repair_spacing(damaged) == repaired


@pytest.mark.parametrize(
    "text",
    ["see example.Com for more", "the firm Shop.Example/News said", "U.S.A. and e.g.This",
     'a 5"x7" frame', 'an unpaired" quote', 'He said: "Yes." She said: "No."', "version 2.Beta",
     "mail a.b@example.Org today"],
)  # fmt: skip
def test_text_that_is_right_or_doubtful_is_left_alone(text):
    assert repair_spacing(text) == text


@pytest.mark.parametrize(
    ("paragraph", "count"),
    [
        ("One. Two! Three?", 3),
        ("Dr. Ada Example met Gen. B. Sample in St. Example. They spoke.", 2),
        ("The U.S. Navy came on Jan. 3 at noon. It left.", 2),
        ("“Go.” They went. (All of them.) Quiet.", 4),
        ("Am 3. März kam Frau Dr. Muster. Sie ging.", 2),
        ("今日は雨です。明日は晴れです。", 2),
        ("No end mark", 1),
        ("", 0),
    ],
)
def test_sentences_end_at_marks_but_not_after_abbreviations(paragraph, count):
    assert len(split_sentences(paragraph)) == count


ARTICLE = "\n\n".join(
    f"{who} told the inquiry on day {n} that the Example bridge had {what} before the flood."
    for n, (who, what) in enumerate(
        [("Engineer Ada Sample", "cracked twice"), ("Mayor Ben Muster", "been seen to in June"),
         ("Diver Cleo Modelo", "lost three stones"), ("Farmer Dan Exemple", "swayed in the wind"),
         ("Officer Eve Prueba", "borne 40 lorries a day"), ("Pupil Finn Probe", "no lights at all"),
         ("Builder Gil Ensayo", "been patched with sand"), ("Baker Hal Essai", "hummed at night"),
         ("Nurse Ida Test", "closed for ambulances"), ("Pilot Jon Trial", "looked bent to him")],
        1,
    )
)  # fmt: skip


def test_key_points_are_whole_sentences_of_the_text_in_its_order():
    points = key_points(ARTICLE)
    assert 0 < len(points) <= 5
    places = [ARTICLE.index(point) for point in points]
    assert places == sorted(places)
    assert all(point.endswith(".") for point in points)


def test_a_longer_text_is_quoted_and_not_reprinted():
    assert len(key_points(ARTICLE, limit=50)) <= 4


def test_key_points_hold_no_question_of_the_page_and_nothing_unfinished():
    text = (
        f"{REPORT} Follow us on Facebook for all the latest from the town. The mayor said that he"
    )
    assert set(key_points(text)) <= set(split_sentences(REPORT))


def test_sentences_that_say_the_same_are_quoted_once():
    twice = "The council voted to close the old bridge on Monday night."
    again = "The council has voted to close its old bridge on Monday night."
    assert key_points(f"{twice} {again}") == (twice,)


def test_a_text_without_sentences_has_no_key_points():
    assert key_points("Only a headline without an end") == ()
    assert key_points("") == ()

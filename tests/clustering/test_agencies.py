"""Who is named as the writer of a text."""

from __future__ import annotations

import pytest

from articles.clustering.agencies import agency, signed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("PORT ALDER (AP) — The harbour bridge was closed.", "AP"),
        ("PORT ALDER, Orrin (AP) - The harbour bridge was closed.", "AP"),
        ("PORT ALDER, March 3 (Reuters) - The harbour bridge was closed.", "Reuters"),
        ("(Reuters) – The harbour bridge was closed.", "Reuters"),
        ("BERLIN (dpa) - Die Brücke ist gesperrt.", "dpa"),
        ("Berlin (dpa/lno) – Die Brücke ist gesperrt.", "dpa"),
        ("Berlin, dpa – Die Brücke ist gesperrt.", "dpa"),
        ("WIEN (APA/dpa) - Die Brücke ist gesperrt.", "APA"),
        ("PARIS, 3 mars (AFP) - Le pont est fermé.", "AFP"),
        ("(ANSA) - ROMA, 3 MAR - Il ponte è chiuso.", "ANSA"),
        ("Madrid, 3 mar (EFE).- El puente está cerrado.", "EFE"),
        ("BRASÍLIA (Reuters) - A ponte foi fechada.", "Reuters"),
        ("ANKARA (AA) - Köprü kapatıldı.", "Anadolu"),
        ("МОСКВА, 3 марта. /ТАСС/. Мост закрыт.", "TASS"),
        ("[東京 3日 ロイター] - 橋が閉鎖された。", "Reuters"),
        ("新华社北京3月3日电 大桥关闭。", "Xinhua"),
        ("(서울=연합뉴스) 다리가 폐쇄됐다.", "Yonhap"),
        ("القاهرة (رويترز) - أغلق الجسر", "Reuters"),
        ("By Jane Roe, Reuters The harbour bridge was closed.", "Reuters"),
        ("By Jane Roe and Joe Doe, AP The harbour bridge was closed.", "AP"),
        ("The harbour bridge was closed. (AFP)", "AFP"),
        ("Die Brücke ist gesperrt. © dpa", "dpa"),
    ],
)
def test_an_agency_is_known_by_dateline_byline_and_credit(text, named):
    assert signed((), text) == named


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The bridge was closed by AP Moller.",
        "The mayor told Reuters that the bridge was closed.",
        "Reuters news agency moves its office to Port Alder.",
        "Students of the UNI and the PA system - a short history.",
        "According to a report by AFP, the bridge was closed on Tuesday.",
        "By the way, Reuters was not there.",
    ],
)
def test_an_agency_that_is_only_spoken_of_has_not_written_the_text(text):
    assert signed((), text) == ""


@pytest.mark.parametrize(
    ("author", "named"),
    [
        ("dpa/Jane Roe", "dpa"),
        ("Jane Roe, Reuters", "Reuters"),
        ("Jane Roe for The Associated Press", "AP"),
        ("AFP", "AFP"),
        ("DPA", "dpa"),
        ("Reuters Staff", "Reuters"),
        ("Jane Roe (AP)", "AP"),
        ("Jane Roe", ""),
        ("Ani", ""),
        ("", ""),
    ],
)
def test_an_agency_is_known_among_the_authors(author, named):
    assert signed((author,), "The harbour bridge was closed.") == named


@pytest.mark.parametrize(
    ("outlet", "own"),
    [
        ("Reuters", "Reuters"),
        ("AP News", "AP"),
        ("The Associated Press", "AP"),
        ("Agence France-Presse", "AFP"),
        ("ANSA.it", "ANSA"),
        ("Agencia EFE", "EFE"),
        ("Deutsche Presse-Agentur", "dpa"),
        ("The Alder Courier", ""),
        ("Reuters Fans Weekly", ""),
        ("News", ""),
    ],
)
def test_an_outlet_that_is_an_agency_is_known_by_its_name(outlet, own):
    assert agency(outlet) == own

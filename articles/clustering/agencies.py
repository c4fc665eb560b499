"""News agencies: whose text a report is, as its dateline, its byline or its credit says it.

Agencies sign in a few fixed places: "PORT ALDER (AP) — ", "PARIS, 3 mars (AFP) - ",
"(ANSA) - ROMA, 3 MAR - ", "By Jane Roe, Reuters", an author "dpa/jr", "… (Reuters)" at the end. An
agency that is quoted ("told Reuters") has not written the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import regex

# What each agency goes by, its usual sign first. A sign of capitals is too short to be known
# anywhere but in those places.
_AGENCIES: Final = (
    ("AAP", "Australian Associated Press"),
    ("AFP", "Agence France-Presse", "فرانس برس", "أ ف ب"),
    ("ANI", "Asian News International"),
    ("ANP", "Algemeen Nederlands Persbureau"),
    ("ANSA",),
    ("AP", "Associated Press"),
    ("APA", "Austria Presse Agentur"),
    ("Anadolu", "AA"),
    ("Belga",),
    ("CTK", "ČTK"),
    ("Canadian Press", "La Presse canadienne"),
    ("EFE",),
    ("Europa Press",),
    ("IANS",),
    ("Interfax", "Интерфакс"),
    ("Kyodo", "共同通信", "共同"),
    ("Lusa",),
    ("MTI",),
    ("NTB",),
    ("PA", "Press Association"),
    ("PAP", "Polska Agencja Prasowa"),
    ("PTI", "Press Trust of India"),
    ("Reuters", "ロイター", "رويترز", "Рейтер", "路透", "路透社", "로이터"),
    ("Ritzau",),
    ("SDA", "Keystone-SDA", "ATS", "Keystone-ATS"),
    ("STT",),
    ("TASS", "ТАСС"),
    ("TT",),
    ("UPI", "United Press International"),
    ("Xinhua", "新华社", "新華社"),
    ("Yonhap", "연합뉴스", "聯合"),
    ("dpa", "dpa-AFX", "dpa-infocom", "Deutsche Presse-Agentur"),
)
# Words that a name may have besides.
_EXTRAS: Final = frozenset(
    """
    the news newswire wire agency agencia agenzia agence agentur media staff international
    world english español com it de in org www uk us india
    """.split()  # noqa: SIM905
)
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_PARTS: Final = regex.compile(r"[,/;|&()\[\]]|\s(?:[-–—]|and|for|of|und|von|et|y|e|via)\s")

_SIGNS: Final = regex.escape("\0".join(name for names in _AGENCIES for name in names)).split("\0")
_SIGN: Final = rf"(?P<sign>{'|'.join(sorted(_SIGNS, key=len, reverse=True))}|DPA|REUTERS)"
_BEFORE: Final = r"[^()\[\]{}!?]{0,60}"
_BESIDE: Final = r"[^()（）\[\]/]{0,20}"
_WITHIN: Final = rf"\s*(?:{_BESIDE}?[\s=/])??{_SIGN}(?:[\s/]{_BESIDE})?\s*"
_PERSON: Final = r"\p{Lu}[\p{L}.'’-]*"
_BY: Final = rf"(?:By|BY|Von|Par|Por|Di|Door)\s+(?:(?:{_PERSON}|and|und|et|y|e)\s+){{0,6}}?"
_SIGNED: Final = tuple(
    regex.compile(pattern)
    for pattern in (
        # PORT ALDER, March 3 (Reuters) -   Berlin (dpa/lno) –   (ANSA) - ROMA
        rf"^{_BEFORE}[(（]{_WITHIN}[)）]\s*\.?\s*[-–—―:]",
        rf"^\s*[(（]{_WITHIN}[)）]",
        # МОСКВА, 3 марта. /ТАСС/.   [東京 3日 ロイター]
        rf"^{_BEFORE}[/\[［]{_WITHIN}[/\]］]",
        # Port Alder, dpa –   AP —
        rf"^(?:[^.()\[\]]{{0,40}}[,\s])?{_SIGN}\s*[-–—―]\s",
        # By Jane Roe and Joe Doe, Reuters   Von dpa
        rf"^{_BY}(?:{_PERSON}\s*[,/]\s*)?{_SIGN}\b",
        # 新华社北京3月3日电
        r"^(?P<sign>新华社|新華社)\p{Han}{0,8}\d",
        # … (AFP)   © AFP   /dpa
        rf"(?:[(（\[©/]|[-–—]\s)\s*{_SIGN}\s*[)）\]]?\.?\s*$",
    )
)


def _key(name: str) -> str:
    words = _WORD.findall(name.casefold())
    return " ".join(word for word in words if word not in _EXTRAS)


_KNOWN: Final = {_key(name): names[0] for names in _AGENCIES for name in names}
_SHORT: Final = frozenset(_key(name) for names in _AGENCIES for name in names if name.isupper())


def agency(name: str) -> str:
    """The agency that goes by a name, an outlet's or an author's; empty if none does.

    >>> agency("The Associated Press"), agency("AP News"), agency("Ap Moller")
    ('AP', 'AP', '')
    """
    key = _key(name)
    if key in _SHORT and name.strip().istitle():
        return ""  # Ani is a person
    return _KNOWN.get(key, "")


def signed(authors: Iterable[str], text: str) -> str:
    """The agency that authors or text name as where the text is from; empty if none."""
    for author in authors:
        for part in (author, *_PARTS.split(author)):
            if found := agency(part):
                return found
    for pattern in _SIGNED:
        if match := pattern.search(text):
            return agency(match["sign"])
    return ""

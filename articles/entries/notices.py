"""What is wrong with a feed that could be read all the same, in words for a curator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from articles.entries.excerpt import TITLE_LENGTH
from articles.entries.raw import RawEntry
from articles.entries.types import Entry

_SCRIPTED = ("<script", "javascript:", "onerror=", "onload=")


def notices(pairs: Sequence[tuple[RawEntry, Entry]], kept: int, now: datetime) -> list[str]:
    """One sentence for each kind of fault in the entries that were read.

    `pairs` are entries beside what the feed has for them, `kept` is how many were left when
    repetitions were folded, `now` the time of the fetch.
    """
    raws = [raw for raw, _ in pairs]
    entries = [entry for _, entry in pairs]
    claims = [entry.published_claim for entry in entries]
    titles = [raw.title.strip() for raw in raws]
    counted = (
        (claims.count(None), "no date, so the time of the fetch stands in"),
        (sum(claim > now for claim in claims if claim), "a date in the future"),
        (sum(not raw.guid for raw in raws), "no id, so the address stands in"),
        (titles.count(""), "no title, so the first words of the text stand in"),
        (sum(len(title) > TITLE_LENGTH for title in titles), "a title so long that it was cut"),
        (
            sum(bool(raw.links) and not entry.url for raw, entry in pairs),
            "an address that cannot be followed, which was left out",
        ),
        (sum(map(_is_scripted, raws)), "script inside, which was removed"),
        (len(entries) - kept, "the id or address of another: they count as one"),
    )
    return [
        f"{count} of {len(entries)} entries {'has' if count == 1 else 'have'} {fault}."
        for count, fault in counted
        if count
    ]


def _is_scripted(raw: RawEntry) -> bool:
    said = f"{raw.title}\n{raw.summary}\n{raw.content}".lower()
    return any(sign in said for sign in _SCRIPTED)

"""Sentences of a plain text, told by punctuation; for any language that ends them with a mark."""

from __future__ import annotations

import re

END_MARKS = ".!?…。！？।۔؟"
CLOSERS = "\"'”’»“‘)\\]」』"

_COMPLETE = re.compile(rf"[.!?。！？।۔؟][{CLOSERS}]*$")
_BOUNDARY = re.compile(
    rf"(?<=[{END_MARKS}])(?P<closing>[{CLOSERS}]*)(?P<gap>\s+)(?=[\"'“‘„«(\[¿¡]*[^\W_a-zß-öø-ÿ])"
    rf"|(?<=[。！？])(?P<wide>[」』”]*)(?=[^」』”])"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'„«])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|\d{1,2}|Mrs?|Ms|Dr|Drs|Prof|Rev|Hon|Gen|Lt"
    r"|Col|Capt|Maj|Sgt|Sen|Rep|Gov|Pres|Supt|Insp|St|Ste|Mt|Jr|Sr|No|Nr|vs|approx|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|bzw|ca|Mio|Mrd|Std|Hr|Fr|Abs|Art|Bd|usw|etc"
    r"|Sra?|Srta|Dra|Ud|Uds|Av|pág|núm|Mme|Mlle|Mgr|Me|Cie|av|apr)\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 24


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph, in order, each as it stands there.

    Marks after abbreviations, initials and ordinals end no sentence.
    """
    sentences: list[str] = []
    start = 0
    for boundary in _BOUNDARY.finditer(paragraph):
        end = boundary.end("closing" if boundary["gap"] else "wide")
        ending = paragraph[max(start, end - _LONGEST_ABBREVIATION) : end]
        if boundary["gap"] and _ABBREVIATION.search(ending):
            continue
        sentences.append(paragraph[start:end].strip())
        start = boundary.end()
    rest = paragraph[start:].strip()
    return [*sentences, rest] if rest else sentences


def is_complete(sentence: str) -> bool:
    """Whether `sentence` ends as sentences do, not cut off by an ellipsis."""
    return bool(_COMPLETE.search(sentence))

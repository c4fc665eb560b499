"""What publishers put around an article's text, taken away; and small damage repaired.

Calls to subscribe, follow, share or read on are told by the phrases at the start of a sentence or
a line (`phrases`). A phrase in the middle of a sentence is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from articles.entries.phrases import CALLS, LABELS, TAIL_WORDS, TAILS, TEASERS
from articles.entries.sentences import is_complete, split_sentences


def _any(phrases: Iterable[str]) -> str:
    return f"(?:{'|'.join(phrases)})"


_FLAGS = re.IGNORECASE
_AFTER_SENTENCE = r"(?<=[.!?…\"”’»)\]])"
_ELLIPSIS = r"(?:\[?(?:…|\.\.\.)\]?)"
_LABEL_TAIL = r"(?:\s+(?:on|via|by|with|here|now|from)(?:\s+[\w’'&.-]+){0,4})?"

_CALL = re.compile(_any(CALLS), _FLAGS)
_INLINE_CALL = re.compile(
    rf"{_AFTER_SENTENCE}\s+(?={_any(CALLS)}|{_any(TEASERS)}\s*[:|>»→])", _FLAGS
)
_LABEL = re.compile(
    rf"[\W\d_]*{_any(LABELS)}(?:[\W\d_]+{_any(LABELS)})*{_LABEL_TAIL}[\W\d_]*", _FLAGS
)
_TEASER = re.compile(rf"{_any(TEASERS)}\s*[:|>»→]\s*\S.{{0,200}}", _FLAGS)
_TAIL = re.compile(
    rf"(?:^|{_AFTER_SENTENCE}\s*|\s*{_ELLIPSIS}\s*){_any(TAILS)}[\s\])»→>.…]*$", _FLAGS
)
_CUT_MARK = re.compile(r"\s*\[(?:…|\.\.\.)\]\s*$")

_MAX_CALL_WORDS = 30
_MAX_TEASER_WORDS = 25
_MAX_HEADLINE_WORDS = 25

_LOWER, _UPPER = "a-zß-öø-ÿ", "A-ZÀ-ÖØ-Þ"
_GLUED_SENTENCE = re.compile(
    rf"(?<=[{_LOWER}][{_LOWER}])([.?!]|[.?!,][”])(?=([{_UPPER}][{_LOWER}]+))"
)
_GLUE = re.compile(rf"[.?!”][{_UPPER}]")  # what every glued sentence holds, quick to look for
_ENDINGS = frozenset(
    {
        "com", "org", "net", "co", "uk", "io", "ai", "js", "gov", "edu",
        "tv", "info", "de", "fr", "es", "eu", "app", "news",
    }
)  # fmt: skip
"""What ends the names of hosts and files: `example.Com` is no end of a sentence."""
_LONGEST_ADDRESS = 80
_ADDRESS = re.compile(r"[/@\\]|www\.", re.IGNORECASE)


def remove_clutter(text: str) -> str:
    """`text`, whose paragraphs a blank line parts, without calls, labels and trailing teasers.

    A call that ends a text takes what follows it along when no complete sentence does: there
    pages list their other headlines.
    """
    if "\n" not in text:
        line = _without_calls(text)
        return "" if line and _is_clutter(line) else line.strip()
    pieces = re.split(r"(\n+)", text)
    lines = [_without_calls(line) for line in pieces[::2]]
    clutter = [bool(line) and _is_clutter(line) for line in lines]
    end = _end_of_report(lines, clutter)
    pieces[::2] = [
        "" if drop or number >= end else line
        for number, (line, drop) in enumerate(zip(lines, clutter, strict=True))
    ]
    return re.sub(r"\n{2,}", "\n\n", "".join(pieces)).strip()


def repair_spacing(text: str) -> str:
    """Give back the spaces that were lost between sentences and around quotations.

    Only where nothing else can be meant: `Afghans.The` but not `example.Com`, and straight quotes
    only in paragraphs where they pair up.
    """
    if _GLUE.search(text):
        text = _GLUED_SENTENCE.sub(_parted, text)
    if '"' not in text:
        return text
    return "\n".join(_with_quotes_apart(line) for line in text.split("\n"))


def is_call(sentence: str) -> bool:
    """Whether `sentence` asks the visitor of a page for something, or points elsewhere."""
    if _CALL.match(sentence):
        return len(sentence.split()) <= _MAX_CALL_WORDS
    return bool(_TEASER.fullmatch(sentence)) and len(sentence.split()) <= _MAX_TEASER_WORDS


def _is_clutter(line: str) -> bool:
    """Whether a whole line is a label, a teaser or nothing but calls."""
    if _LABEL.fullmatch(line) or is_call(line):
        return True
    return bool(_CALL.match(line)) and all(is_call(s) for s in split_sentences(line))


def _end_of_report(lines: list[str], clutter: list[bool]) -> int:
    """The number of lines before the clutter that ends the text; headlines after it count to it."""
    end = len(lines)
    for number in range(len(lines) - 1, 0, -1):
        line = lines[number]
        if clutter[number]:
            end = number
        elif line and (is_complete(line) or len(line.split()) > _MAX_HEADLINE_WORDS):
            break
    return end


def _without_calls(line: str) -> str:
    """A line without the calls in it, and without what follows a call but no report."""
    if line.endswith("]"):
        line = _CUT_MARK.sub("…", line)
    lowered = line.encode(errors="replace").lower()
    if any(map(lowered.__contains__, TAIL_WORDS)):
        line = _TAIL.sub(_ellipsis, line).rstrip()
    if not _INLINE_CALL.search(line):
        return line
    sentences = split_sentences(line)
    reports = [number for number, sentence in enumerate(sentences) if _reports(sentence)]
    end = reports[-1] + 1 if reports else 0
    rest = takewhile(lambda s: not _CALL.match(s) and not is_call(s), sentences[end:])
    return " ".join([*(s for s in sentences[:end] if not is_call(s)), *rest])


def _reports(sentence: str) -> bool:
    return is_complete(sentence) and not is_call(sentence)


def _ellipsis(tail: re.Match[str]) -> str:
    """What was cut before a call to read on stays marked as cut."""
    return "…" if tail[0].lstrip().startswith(("[…", "[...", "…", "...")) else ""


def _parted(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    first = max(0, start - _LONGEST_ADDRESS)
    left = max(first, text.rfind(" ", first, start))
    if found[2].lower() in _ENDINGS or _ADDRESS.search(text, left, end + len(found[2]) + 1):
        return found[0]
    return found[0] + " "


def _with_quotes_apart(line: str) -> str:
    """Spaces outside of straight quotes that stand between letters."""
    parts = line.split('"')
    if len(parts) < 3 or len(parts) % 2 == 0:
        return line
    inside = parts[1::2]
    if any(not part or part[0].isspace() or part[-1].isspace() for part in inside):
        return line
    outside = parts[::2]
    for number, quoted in enumerate(inside):
        before, after = outside[number], outside[number + 1]
        # 5"x7" is a size, 2,000"hardcore" a lost space.
        if before[-1:].isalpha() or (before[-1:].isdigit() and len(quoted) > 3):
            outside[number] += " "
        if after[:1].isalpha():
            outside[number + 1] = f" {after}"
    return "".join(a + b for a, b in zip(outside, [*(f'"{p}"' for p in inside), ""], strict=True))

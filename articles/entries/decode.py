"""Bytes to text: which encoding a feed is really in, whatever it says."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The first characters of a document, `<?` or `<x`, without a byte-order mark (XML 1.0, appendix F).
_WIDE_STARTS = (
    (re.compile(rb"<\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<"), "utf-32-be"),
    (re.compile(rb"[<{\s]\x00[\x21-\x7e\s]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{\s]\x00[\x21-\x7e\s]"), "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)

NOT_UTF_8 = "It is not in UTF-8, though it says so or says nothing."

# Encodings whose bytes are all ASCII: valid UTF-8 says nothing about them.
_SEVEN_BIT = re.compile(r"iso2022|hz$")
_TEXT_CODECS = re.compile(
    r"ascii|utf-8|cp\d+|iso8859|latin|koi8|mac-|kz1048|ptcp154|tis-620|big5|euc|gb|shift|johab"
    r"|iso2022|hz$"
)
# What publishers mean by a label, as browsers read it (WHATWG Encoding Standard).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}

_WINDOWS_1252 = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(128, 256)
}
_NO_UTF_8 = re.compile("[\udc80-\udcff]")
_WIDE = re.compile("[\x80-\ud7ff\ue000-\uffff]")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_GUESSED_FROM = 8192
"""Bytes that an encoding is guessed from."""
_FIRST_OTHER_LETTER = "\u0370"  # Greek; before it are the Latin letters
_CUT_OFF = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}$")

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def decode(body: bytes, content_type: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of `body`, without byte-order mark and control characters, and what was wrong.

    A byte-order mark decides. Else bytes that are valid UTF-8 are UTF-8, whatever the declaration,
    because hardly any text of another encoding is; else the declared encoding of the document, else
    that of `content_type`. Where nothing is declared, a script other than Latin is told by its
    statistics. Bytes wrong in UTF-8 are else read as windows-1252, one by one, so that a document
    that mixes both comes out right. It never fails.
    """
    text, problems = _text(body, content_type)
    clean = without_controls(text)
    if len(clean) < len(text):
        problems = (*problems, "It held control characters, which were removed.")
    return clean, problems


def _text(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _marked(body[len(mark) :], encoding)
    for start, encoding in _WIDE_STARTS:
        if start.match(body):
            return body.decode(encoding, "replace"), ()
    declared = _declared(body, content_type)
    if any(_SEVEN_BIT.match(encoding) for encoding in declared):
        return body.decode(declared[0], "replace"), ()
    try:
        return body.decode(), ()
    except UnicodeDecodeError:
        text = _other(body, [e for e in declared if e != "utf-8"])
    if declared and declared[0] != "utf-8":
        return text, ()
    return text, (NOT_UTF_8,)


def _marked(body: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The text of what a byte-order mark stood before."""
    try:
        return body.decode(encoding), ()
    except UnicodeDecodeError:
        if encoding == "utf-8":
            return _as_windows_1252(body.decode(errors="surrogateescape")), (NOT_UTF_8,)
        return body.decode(encoding, "replace"), ()


def _other(body: bytes, encodings: list[str]) -> str:
    """Text that is not UTF-8: in the first of `encodings` that fits, else windows-1252."""
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    if encodings and encodings[0] != "cp1252":
        return body.decode(encodings[0], "replace")
    text = body.decode("utf-8", "surrogateescape")
    if not encodings and len(_NO_UTF_8.findall(text)) > len(_WIDE.findall(text)):
        return _as_other_script(body) or _as_windows_1252(text)
    return _as_windows_1252(text)


def _as_other_script(body: bytes) -> str:
    """Text that is likely in a script other than Latin, which windows-1252 has no letters of.

    Statistics tell scripts apart, but not the Latin encodings from each other. What is looked at
    begins and ends at a tag, which no character of several bytes can contain the start of.
    """
    found = _HIGH_BYTE.search(body)
    start = body.rfind(b"<", 0, found.start() if found else 0) + 1
    sample = body[start : start + _GUESSED_FROM].rpartition(b"<")[0]
    guess = from_bytes(sample).best()
    if guess is None:
        return ""
    letters = [letter for letter in str(guess) if letter > "\x7f" and letter.isalpha()]
    if 2 * sum(letter >= _FIRST_OTHER_LETTER for letter in letters) <= len(letters):
        return ""
    return body.decode(guess.encoding, "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """Python's names of the encodings that document and header claim, as far as known."""
    inside = _XML_ENCODING.search(body, 0, 1024)
    outside = _CHARSET.search(content_type)
    labels = [inside[1].decode("ascii", "replace") if inside else "", outside[1] if outside else ""]
    return [codec for label in labels if label and (codec := codec_of(label))]


def codec_of(label: str) -> str:
    """Python's name of the encoding that a label means; empty for what is no encoding of texts.

    Python has others by name, some of which take hours (punycode) or give what is no text.
    """
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return _MEANT.get(name, name) if _TEXT_CODECS.match(name) else ""


def without_controls(text: str) -> str:
    """`text` without what no XML and no database takes: control characters and lone surrogates."""
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def _as_windows_1252(text: str) -> str:
    """Read the bytes that were no UTF-8, kept as surrogates, as windows-1252.

    A character that the end of the text cuts off is dropped.
    """
    return _CUT_OFF.sub("", text).translate(_WINDOWS_1252)

"""Reading OPML: what is understood, what is forgiven, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.pipeline.outlines import ListError, Outline, decoded, read_opml


def opml(body: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return f'{head}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_a_feed_keeps_its_address_title_and_home_page():
    [outline] = read_opml(
        opml(
            '<outline type="rss" text="The Crier" title="Crier" '
            'xmlUrl=" https://crier.example/rss " htmlUrl="https://crier.example"/>'
        )
    )
    said = {
        "type": "rss",
        "text": "The Crier",
        "title": "Crier",
        "htmlUrl": "https://crier.example",
    }
    assert outline == Outline(
        "https://crier.example/rss", "The Crier", "https://crier.example", (), said
    )


def test_what_is_said_of_a_feed_is_kept_in_any_vocabulary():
    head = '<?xml version="1.0"?>'
    body = (
        '<outline xmlns:r="https://r.example/ns" xmlUrl="https://a.example" TEXT="A" rating="5" '
        'description="All of it" r:filter="a &gt; b" xml:lang="en" empty=""/>'
    )
    [outline] = read_opml(opml(body, head))
    assert dict(outline.attributes) == {
        "text": "A",
        "rating": "5",
        "description": "All of it",
        "r:filter": "a > b",
        "xmlns:r": "https://r.example/ns",
        "xml:lang": "en",
    }
    assert outline.left_out == ()


def test_what_is_too_long_or_leads_elsewhere_is_left_out_and_named():
    long = "x" * 2001
    [outline] = read_opml(
        opml(
            f'<outline xmlUrl="https://a.example" text="A" note="{long}" '
            'htmlUrl="javascript:alert(1)" odd:one="1"/>'
        )
    )
    assert dict(outline.attributes) == {"text": "A"}
    assert outline.left_out == ("note", "htmlUrl", "odd:one")


def test_no_text_keeps_a_tag_however_often_it_was_escaped():
    title = "&lt;script&gt;alert(1)&lt;/script&gt;Inside"
    for _ in range(6):
        title = title.replace("&", "&amp;")
    [outline] = read_opml(opml(f'<outline xmlUrl="https://a.example" text="{title}"/>'))
    assert outline.title == "Inside"


def test_nested_folders_become_a_path():
    outlines = read_opml(
        opml(
            '<outline text="World"><outline title="Africa"><outline xmlUrl="https://a.example"/>'
            '</outline><outline xmlUrl="https://b.example"/></outline>'
            '<outline xmlUrl="https://c.example"/>'
        )
    )
    assert [outline.folders for outline in outlines] == [("World", "Africa"), ("World",), ()]


def test_a_category_attribute_stands_in_for_a_folder():
    outlines = read_opml(
        opml(
            '<outline xmlUrl="https://a.example" category="/World/Africa,/Radio"/>'
            '<outline text="Sport"><outline xmlUrl="https://b.example" category="Golf"/></outline>'
        )
    )
    assert [outline.folders for outline in outlines] == [("World", "Africa"), ("Sport",)]


def test_an_entry_without_an_address_is_not_lost_silently():
    [outline] = read_opml(opml('<outline type="rss" text="Forgotten"/>'))
    assert (outline.url, outline.title) == ("", "Forgotten")


def test_attributes_are_read_in_any_case():
    [outline] = read_opml(opml('<OUTLINE XMLURL="https://a.example" Text="A"/>'))
    assert (outline.url, outline.title) == ("https://a.example", "A")


def test_ampersands_that_are_not_escaped_are_forgiven():
    [outline] = read_opml(
        opml(
            '<outline text="Caf&eacute; & Co &nosuch;" xmlUrl="https://a.example/?a=1&b=2&amp;c=3"/>'
        )
    )
    assert outline.title == "Café & Co &nosuch;"
    assert outline.url == "https://a.example/?a=1&b=2&c=3"


@pytest.mark.parametrize("codec", ["unicode_escape", "punycode", "hex", "undefined", "none"])
def test_what_is_no_encoding_of_texts_is_not_taken_at_its_word(codec):
    """One of them makes lone surrogates of this, another needs hours for long lists."""
    list_ = opml(r'<outline text="\ud800-zz9" type="rss"/>', f'<?xml encoding="{codec}"?>')
    assert decoded(list_) == list_.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_every_usual_encoding_is_read(encoding):
    body = '<opml><outline text="Müller" type="rss"/></opml>'
    [outline] = read_opml(f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding))
    assert outline.title == "Müller"


def test_a_false_declaration_is_seen_through():
    text = '<?xml version="1.0" encoding="utf-8"?><opml><outline text="Müller" type="rss"/></opml>'
    [outline] = read_opml(text.encode("cp1252"))
    assert outline.title == "Müller"


def test_characters_that_xml_forbids_are_dropped():
    [outline] = read_opml(opml('<outline text="A\x00B\x08C" type="rss"/>'))
    assert outline.title == "ABC"


BOMB = '<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<html><body>Not found</body></html>", "no <opml>"),
        (b"<opml><body><outline text='a'>", "not well-formed"),
        (b"just words", "not well-formed"),
        (opml('<outline text="&b;" type="rss"/>', BOMB), "entity"),
        (opml('<outline text="&x;" type="rss"/>', FILE), "entity"),
        (opml('<outline text="a">' * 200 + "</outline>" * 200), "100 deep"),
        (
            opml(f'<outline text="{"a" * 1001}"><outline type="rss"/></outline>'),
            "longer than 1000 characters",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(body, reason):
    with pytest.raises(ListError, match=reason):
        read_opml(body)


def outcome(body: bytes) -> tuple[Outline, ...] | str:
    try:
        return read_opml(body)
    except ListError as error:
        return str(error)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(body):
    assert outcome(body)
    assert isinstance(outcome(b"<opml>" + body + b"</opml>"), tuple | str)

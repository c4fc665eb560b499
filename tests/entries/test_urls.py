"""Addresses of articles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.entries.urls import _CLEAN, MAX_URL, _made_safe, canonical_url, safe_url

PAGE = "https://example.org/2026/bridge"


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.org/2026/bridge",
        "HTTPS://Example.ORG/2026/bridge",
        "https://example.org:443/2026/bridge",
        "http://example.org:80/2026/bridge",
        "https://www.example.org/2026/bridge",
        "https://m.example.org/2026/bridge",
        "https://amp.example.org/2026/bridge",
        "https://example.org/2026/bridge/",
        "https://example.org/2026/bridge#comments",
        "https://example.org/2026/bridge?utm_source=rss&utm_medium=feed",
        "https://example.org/2026/bridge?fbclid=abc&gclid=def",
        "https://example.org/2026/bridge?UTM_Source=rss",
        "https://example.org/2026/bridge?at_medium=RSS&ns_campaign=x&cmpid=1&mc_cid=2&ref=home",
        "https://example.org/2026/bridge?from=rss",
        "https://example.org/2026/bridge?",
        "https://example.org/2026/bridge/amp",
        "https://example.org/2026/bridge/amp/",
        "https://example.org/amp/2026/bridge",
        "https://example.org/2026/bridge.amp",
        "https://example.org/2026/bridge?amp=1",
        "https://example.org/2026/bridge?outputType=amp",
        "https://example.org/2026/bridge/index.html",
        "https://www.google.com/amp/s/example.org/2026/bridge",
        "https://www.google.co.uk/amp/s/www.example.org/2026/bridge/amp/",
        "https://example-org.cdn.ampproject.org/c/s/example.org/2026/bridge",
        "https://www.google.com/amp/s/example-org.cdn.ampproject.org/c/s/example.org/2026/bridge",
    ],
)
def test_variants_of_an_address_are_one(variant):
    assert canonical_url(variant) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/?id=1", "https://example.org/?id=2"),
        ("https://example.org/a?id=1&page=2", "https://example.org/a?id=1"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/amplitude", "https://example.org/litude"),
        ("https://example.org/camp", "https://example.org/c"),
        ("https://example.org/news?from=2026-01-01", "https://example.org/news?from=2026-02-01"),
        ("https://news.example.org/", "https://example.org/"),
        ("https://example.org:8080/", "https://example.org/"),
    ],
)
def test_addresses_of_different_pages_stay_different(one, other):
    assert canonical_url(one) != canonical_url(other)


def test_parameters_that_matter_stay_in_their_order():
    url = "https://example.org/a?z=1&utm_source=x&a=2&flag"
    assert canonical_url(url) == "https://example.org/a?z=1&a=2&flag"


addresses = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.from_regex(r"(www\.|m\.|amp\.){0,3}[a-z]{1,5}(\.[a-z]{2,4}){1,2}(:80|:81)?", fullmatch=True),
    st.text("/amp.htlindex-Aä%2F ", max_size=25).map("/".__add__),
    st.text("?&=utm_ampidx1;", max_size=20).map("?".__add__) | st.just(""),
    st.sampled_from(["", "#x", "#"]),
)  # fmt: skip


@given(addresses | st.text(max_size=40))
def test_the_canonical_form_of_a_canonical_form_is_itself(url):
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert once == "" or once.startswith("https://")


@pytest.mark.parametrize(
    ("address", "base", "expected"),
    [
        ("/a", "https://example.org/x/y", "https://example.org/a"),
        ("a", "https://example.org/x/y", "https://example.org/x/a"),
        ("../a", "https://example.org/x/y/", "https://example.org/x/a"),
        ("//static.example.org/a", "https://example.org/", "https://static.example.org/a"),
        ("?p=1", "https://example.org/x", "https://example.org/x?p=1"),
        ("www.example.org/a", "https://other.example/", "https://www.example.org/a"),
        (" https://example.org/a\n b ", "", "https://example.org/ab"),
        ("https://example.org/a b.mp3 ", "", "https://example.org/a%20b.mp3"),
        ("ht\ntps://example.org/\x00a", "", "https://example.org/a"),
        ("https://example.org/ü?ä=ö", "", "https://example.org/%C3%BC?%C3%A4=%C3%B6"),
        ("https://exämple.org/", "", "https://xn--exmple-cua.org/"),
        ("http://[2606:4700::1]:81/", "", "http://[2606:4700::1]:81/"),
    ],
)
def test_addresses_are_resolved_and_encoded(address, base, expected):
    assert safe_url(address, base) == expected


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,hi",
        "vbscript:x",
        "mailto:a@example.org",
        "file:///etc/passwd",
        "https://user:secret@example.org/",
        "https://",
        "https:///path",
        "http://[::1",
        "http:\n//",
        "http://a b/",
        "https://example.org<b>/",
        "https://exam%70le.org/",
        f"https://{'ü' * 80}.example/",
        "https://example.org:99999/",
        "",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_unsafe_addresses_are_none(address):
    assert safe_url(address, "https://example.org/") == ""


@given(st.from_regex(_CLEAN, fullmatch=True))
def test_what_is_passed_as_clean_would_not_be_changed(address):
    assert _made_safe(address, "https://example.org/a/") == address


def test_an_address_that_becomes_too_long_is_refused_as_one_that_is():
    assert safe_url("https://example.org/" + "ä" * 500) == ""
    assert safe_url("https://example.org/" + "ä" * 300)
    longest = "http://example.org".ljust(MAX_URL, "a")
    assert safe_url(longest) == longest
    assert canonical_url(longest) == ""


@pytest.mark.parametrize("host", ["a^b", "a<b", "a|b", "a%20b", "a%00b", "´a", "ä" * 80, "a\\b"])
def test_what_no_host_can_be_called_is_refused(host):
    assert safe_url(f"http://{host}.example/") == ""
    assert safe_url("/a", f"http://{host}.example/") == ""


def test_names_of_hosts_in_any_script_are_taken():
    assert safe_url("http://a_b.example/") == "http://a_b.example/"
    assert safe_url("https://Zürich.example/") == "https://xn--zrich-kva.example/"
    assert safe_url("http://[2606:4700::1111]:8080/") == "http://[2606:4700::1111]:8080/"

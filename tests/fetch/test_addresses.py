"""Which addresses may be asked."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.addresses import check_url, networks, refusal, why_forbidden
from articles.fetch.types import Failure, FetchError


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "a loopback"),
        ("127.255.255.254", "a loopback"),
        ("0.0.0.0", "an unspecified"),
        ("0.1.2.3", "an unspecified"),
        ("10.0.0.1", "a private"),
        ("172.16.0.1", "a private"),
        ("172.31.255.255", "a private"),
        ("192.168.1.1", "a private"),
        ("169.254.169.254", "a link-local"),
        ("100.64.0.1", "a carrier-internal"),
        ("100.127.255.255", "a carrier-internal"),
        ("224.0.0.1", "a multicast"),
        ("239.255.255.250", "a multicast"),
        ("240.0.0.1", "a reserved"),
        ("255.255.255.255", "a reserved"),
        ("192.0.0.8", "a reserved"),
        ("192.0.2.1", "a documentation"),
        ("198.18.0.1", "a benchmarking"),
        ("::", "an unspecified"),
        ("::1", "a loopback"),
        ("fe80::1", "a link-local"),
        ("fc00::1", "a private"),
        ("fd12:3456::1", "a private"),
        ("fec0::1", "a private"),
        ("ff02::1", "a multicast"),
        ("2001:db8::1", "a documentation"),
        ("100::1", "a discard-only"),
        ("4000::1", "a reserved"),
        ("2001:2::1", "a benchmarking"),
        ("2001:1ff::1", "a reserved"),
        ("3fff::1", "a documentation"),
        ("5f00::1", "a reserved"),
    ],
)
def test_special_addresses_are_refused_by_their_kind(address: str, kind: str) -> None:
    assert why_forbidden(ip_address(address)) == kind


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",  # mapped
        "::ffff:a9fe:a9fe",
        "::10.0.0.1",  # compatible
        "64:ff9b::192.168.0.1",  # NAT64
        "64:ff9b:1::a00:1",  # NAT64 for local use
        "2002:a00:1::1",  # 6to4 of 10.0.0.1
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo with the client 10.0.0.1
        "2001:0:a00:1::1",  # Teredo with the server 10.0.0.1
        "::ffff:0:10.0.0.1",  # translated (RFC 2765)
        "::ffff:100.64.0.1",
        "::ffff:224.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1:ffff:ffff:ffff:127.0.0.1",
        "2002:c0a8:1::1",  # 6to4 of 192.168.0.1
        "2002:a9fe:a9fe::",  # 6to4 of 169.254.169.254
    ],
)
def test_forms_of_ipv6_that_carry_a_special_ipv4_address_are_refused(address: str) -> None:
    assert why_forbidden(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8",
     "64:ff9b::8.8.8.8", "2002:808:808::1"],
)  # fmt: skip
def test_public_addresses_may_be_asked(address: str) -> None:
    assert why_forbidden(ip_address(address)) is None


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_no_registry_calls_public_is_refused(address: IPv4Address | IPv6Address) -> None:
    assert address.is_global or why_forbidden(address)


@given(st.ip_addresses(v=4))
def test_carrying_an_address_never_makes_it_askable(inner: IPv4Address) -> None:
    number, kind = int(inner), why_forbidden(inner)
    for carrier in (
        IPv6Address(0xFFFF << 32 | number),  # mapped
        IPv6Address(0x0064_FF9B << 96 | number),  # NAT64
        IPv6Address(0x2002 << 112 | number << 80 | 1),  # 6to4
        IPv6Address(0x2001_0000 << 96 | 0x0808_0808 << 64 | number ^ 0xFFFF_FFFF),  # Teredo
    ):
        assert why_forbidden(carrier) == kind


def test_an_allowed_network_may_be_asked_also_in_its_mapped_form() -> None:
    allow = networks(["127.0.0.0/8", "fd00::/8"])
    assert why_forbidden(ip_address("127.0.0.1"), allow) is None
    assert why_forbidden(ip_address("::ffff:127.0.0.1"), allow) is None
    assert why_forbidden(ip_address("fd00::5"), allow) is None
    assert why_forbidden(ip_address("10.0.0.1"), allow) == "a private"


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="not-a-network"):
        networks(["not-a-network"])


@pytest.mark.parametrize(
    ("port", "fine"), [(80, 1), (443, 1), (1024, 1), (8080, 1), (22, 0), (25, 0)]
)
def test_low_ports_other_than_the_webs_are_refused(port: int, fine: int) -> None:
    assert (refusal("example.org", ip_address("8.8.8.8"), port) == "") == bool(fine)


def test_any_port_of_an_allowed_network_may_be_asked() -> None:
    assert refusal("intranet", ip_address("10.1.2.3"), 81, networks(["10.0.0.0/8"])) == ""


def test_a_refusal_names_host_address_and_kind() -> None:
    words = refusal("example.org", ip_address("10.0.0.1"), 80)
    assert words == (
        "example.org resolves to a private address (10.0.0.1), which may not be fetched."
    )
    literal = refusal("10.0.0.1", ip_address("10.0.0.1"), 80)
    assert literal == "10.0.0.1 is a private address, which may not be fetched."


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "“file:” addresses may not be fetched, only http and https."),
        ("ftp://example.org/feed", "“ftp:”"),
        ("javascript:alert(1)", "“javascript:”"),
        ("data:text/xml,<rss/>", "“data:”"),
        ("gopher://example.org/", "“gopher:”"),
        ("//example.org/feed", "without http(s)"),
        ("example.org/feed", "without http(s)"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://user@example.org/", "user name or password"),
        ("http://example.org\\@10.0.0.1/", "user name or password"),
        ("http:///feed", "names no host"),
        ("http://exa mple.org/", "names no host"),
        ("http:feed.example/", "names no host"),
        ("http://.example.org/", "is not a host's name"),
        ("http://example..org/", "is not a host's name"),
        ("http://10.0.0.1\\.example.org/", "names no host"),
        ("http://example.org%2f@10.0.0.1/", "user name or password"),
        ("http://:secret@example.org/", "user name or password"),
        ("http://example|org/", "names no host"),
        ("http://example.org:80:80/", "is not a web address"),
        ("http://example.org:-80/", "is not a web address"),
        ("http://example.org:８０/", "is not a web address"),
        ("http://[10.0.0.1]/", ""),
        ("http://[v1.fe80]/", "names no host"),
        ("http://2130706433/", "“2130706433” is not the usual form of an address."),
        ("http://0x7f000001/", "is not the usual form"),
        ("http://0X7F.1/", "is not the usual form"),
        ("http://0177.0.0.1/", "is not the usual form"),
        ("http://127.1/", "is not the usual form"),
        ("http://127.0.0.1./", "is not the usual form"),
        ("http://127.0.0.0x1/", "is not the usual form"),
        ("http://8.8.8.010/", "is not the usual form"),
        ("http://256.8.8.8/", "is not the usual form"),
        ("http://1.2.3.4.5/", "is not the usual form"),
        ("http://feed.0x/", "is not the usual form"),
        ("http://example.org:99999/", "is not a web address"),
        ("http://example.org:0/", "Port 0"),
        ("http://[::1/", "is not a web address"),
        ("http://[fe80::1%25eth0]/", "names no host"),
        ("http://" + "a" * 70 + ".example/", "is not a host's name"),
        ("http://example.org/" + "a" * 5000, "longer than"),
    ],
)
def test_addresses_of_a_wrong_form_are_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(FetchError) as refused:
        check_url(url)
    assert refused.value.failure is Failure.ADDRESS
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("https://münchen.example/ä?ü=ß", "https://xn--mnchen-3ya.example/%C3%A4?%C3%BC=%C3%9F"),
        ("http://[2606:4700::1111]:8080/x", "http://[2606:4700::1111]:8080/x"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("  https://example.org/feed\n", "https://example.org/feed"),
        ("http://１２７.０.０.１/", "http://127.0.0.1/"),
        ("http://127。0。0。1/", "http://127.0.0.1/"),
        ("http://①27.0.0.1/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
        ("http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"),
        ("http://exa\tmple.org/a\r\nHost: b", "http://example.org/aHost:%20b"),
        ("https://example.org:/feed", "https://example.org/feed"),
        ("http://example.org./feed", "http://example.org./feed"),
        ("http://3.example.org/1", "http://3.example.org/1"),
        ("http://8.8.8.8/feed", "http://8.8.8.8/feed"),
        ("https://example.org?q=1", "https://example.org/?q=1"),
        ("https://example.org/%7Efeed?q=%41&r=a%20b", "https://example.org/%7Efeed?q=%41&r=a%20b"),
        ("https://example.org/a#b?c", "https://example.org/a"),
        ("https://example.org/\x00\x7f", "https://example.org/%00%7F"),
    ],
)
def test_a_good_address_is_taken_apart_into_its_ascii_form(url: str, taken: str) -> None:
    assert check_url(url).url == taken


PIECES = st.sampled_from(
    ["http://", "https://", "//", "/", "@", ":", ":80", "[", "]", "::1", "127.0.0.1", "0x7f.1", "%",
     "%2e", "\\", "。", "１", ".", "?", "#", "example.org", "\r\n", "\t", "\x00", "ß", "xn--", " "]
)  # fmt: skip


@given(
    st.text(max_size=60)
    | st.text(max_size=40).map("http://".__add__)
    | st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)
    | st.lists(PIECES | st.text(max_size=3), max_size=8).map(lambda some: "http://" + "".join(some))
)
def test_any_text_is_a_target_or_a_refusal(url: str) -> None:
    try:
        target = check_url(url)
    except FetchError:
        return
    assert re.fullmatch(r"https?://[a-z0-9._:\[\]-]+/[!-~]*", target.url)
    assert "@" not in target.authority
    assert check_url(target.url) == target

"""HTTP/1.1 as a client reads it, from bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.http1 import CutOffError, Head, ProtocolError, read_body, read_head, request

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def head(data: bytes) -> Head:
    return read_head(io.BufferedReader(io.BytesIO(data)))


def answer(data: bytes) -> tuple[Head, bytes]:
    stream = io.BufferedReader(io.BytesIO(data))
    read = read_head(stream)
    return read, b"".join(read_body(stream, read))


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 200 OK", 200),
        (b"HTTP/1.1 404", 404),
        (b"HTTP/1.0 503 Come back later", 503),
        (b"HTTP/1.1  301 Moved", 301),
        (b"HTTP/1.1 999 Request denied", 999),
        (b"HTTP/1.1 200 na\xefve", 200),
    ],
)
def test_the_status_is_read(line, status):
    assert head(line + b"\r\nContent-Length: 0\r\n\r\n").status == status


@pytest.mark.parametrize(
    "data",
    [
        b"<rss></rss>\n",  # HTTP/0.9: a body and nothing else
        b"HTTP/0.9 200 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 -20 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + OK + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"x" * 70_000,
        OK + b"X: y\r\n" * 101 + b"\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        OK + b"Content-Length: 5, 6\r\n\r\n",
        OK + b"Content-Length: -5\r\n\r\n",
        OK + b"Content-Length: +5\r\n\r\n",
        OK + b"Content-Length: 0x5\r\n\r\n",
        OK + b"Content-Length: 5_0\r\n\r\n",
        OK + b"Content-Length: five\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: xchunked\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9 + OK + b"\r\n",
    ],
)
def test_what_is_no_http_or_can_be_understood_in_two_ways_is_refused(data):
    with pytest.raises(ProtocolError):
        head(data)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200", OK, OK + b"X: y\r\n", OK + b"X: y"])
def test_a_head_that_ends_early_is_cut_off(data):
    with pytest.raises(CutOffError):
        head(data)


def test_interim_answers_are_passed_over():
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    read, body = answer(interim + OK + b"Content-Length: 3\r\n\r\nabc")
    assert (read.status, read.fields, body) == (200, {"content-length": "3"}, b"abc")


def test_fields_have_names_in_lower_case_and_bare_values():
    fields = b'ETag:\t"a" \r\nX-Empty:\r\nVary: A\r\nvary: B\r\nno colon here\r\n: no name\r\n'
    assert head(OK + fields + b"\r\n").fields == {"etag": '"a"', "x-empty": "", "vary": "A, B"}


def test_a_value_folded_over_lines_is_one():
    assert head(OK + b"X: a\r\n  b\r\n\tc\r\n\r\n").fields == {"x": "a b c"}


def test_lines_may_end_without_a_carriage_return():
    assert answer(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab")[1] == b"ab"


@pytest.mark.parametrize(
    ("data", "body", "persistent"),
    [
        (OK + b"Content-Length: 3\r\n\r\nabcdef", b"abc", True),
        (OK + b"Content-Length: 3, 3\r\n\r\nabc", b"abc", True),
        (OK + b"Content-Length: 0\r\n\r\n", b"", True),
        (OK + b"\r\nabc", b"abc", False),
        (OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc", b"abc", False),
        (OK + b"Connection: Close, X\r\nContent-Length: 3\r\n\r\nabc", b"abc", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nab", b"ab", True),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", b"", True),
        (b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", b"", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", True),
        (CHUNKED + b"A;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"0123456789", True),
        (CHUNKED + b"003 \r\nabc\r\n0\r\n", b"abc", True),  # the end of trailers is missing
        (OK + b"Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
         b"a", False),
    ],
)  # fmt: skip
def test_a_body_ends_where_the_head_says(data, body, persistent):
    read, found = answer(data)
    assert (found, read.persistent) == (body, persistent)


@pytest.mark.parametrize(
    "rest", [b"", b"3", b"3\r\n", b"3\r\nab", b"3\r\nabc", b"3\r\nabc\r\n", b"3\r\nabc\r\n5\r\nx"]
)
def test_chunks_that_end_early_are_cut_off(rest):
    with pytest.raises(CutOffError):
        answer(CHUNKED + rest)


@pytest.mark.parametrize(
    "rest",
    [
        b"-3\r\nabc\r\n0\r\n\r\n",
        b"+3\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"1_0\r\nabc\r\n0\r\n\r\n",
        b"\r\nabc\r\n",
        b"g\r\nabc\r\n",
        b"fffffffffffffffff\r\nabc",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3;" + b"x" * 5000 + b"\r\nabc\r\n0\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_chunks_of_no_size_are_refused(rest):
    with pytest.raises(ProtocolError):
        answer(CHUNKED + rest)


def test_a_body_shorter_than_its_length_is_cut_off():
    with pytest.raises(CutOffError):
        answer(OK + b"Content-Length: 4\r\n\r\nabc")


def test_a_request_is_written():
    sent = request("POST", "/a?b", {"Host": "a.example", "X": "é"}, b"c=d")
    assert sent == b"POST /a?b HTTP/1.1\r\nHost: a.example\r\nX: \xe9\r\n\r\nc=d"


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\rb"])
def test_no_value_reaches_beyond_its_line(value):
    for fields in ({"X": value}, {value: "x"}):
        with pytest.raises(ValueError, match="line breaks"):
            request("GET", "/", fields)
    with pytest.raises(ValueError, match="line breaks"):
        request("GET", value, {})


TOKENS = st.sampled_from(
    [OK, CHUNKED, b"\r\n", b"\n", b"\r", b"0", b"3", b"-1", b"abc", b";", b":", b" ", b"\t",
     b"chunked", b"Content-Length: ", b"Transfer-Encoding: ", b"HTTP/1.1 103 E\r\n\r\n", b"\xff"]
)  # fmt: skip


@given(st.lists(TOKENS | st.binary(max_size=4), max_size=12).map(b"".join))
def test_any_bytes_are_an_answer_or_one_of_two_errors(data):
    try:
        read, body = answer(data)
    except (ProtocolError, CutOffError):
        return
    assert 200 <= read.status <= 999
    assert len(body) <= len(data)
    assert read.length in (None, len(body))


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=6))
def test_chunks_are_put_together(pieces):
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    assert answer(CHUNKED + coded + b"0\r\n\r\n")[1] == b"".join(pieces)

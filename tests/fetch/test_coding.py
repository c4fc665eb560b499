"""Content codings undone, within limits."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.fetch.coding import CodingError, TooMuchError, decoded

MEGABYTE = 1024**2


def deflate_raw(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


CODERS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflate_raw),
    ("br", brotli.compress),
]
Compress = Callable[[bytes], bytes]


def undone(data: bytes, codings: str, limit: int = MEGABYTE, size: int = 1000) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(decoded(pieces, codings, limit))


@given(st.sampled_from(CODERS), st.binary(max_size=3000), st.integers(1, 999), st.integers(1, 200))
def test_what_was_coded_comes_back(coder, data, repeat, size):
    name, compress = coder
    assert undone(compress(data * repeat), name, len(data) * repeat + 9999, size) == data * repeat


@pytest.mark.parametrize("data", [b"", b"x", bytes(100_000), bytes(65_536), b"ab" * 65_536])
@pytest.mark.parametrize(("name", "compress"), CODERS)
def test_lengths_at_the_edges_of_a_step_come_back(name, compress, data):
    assert undone(compress(data), name, size=1) == data


def test_codings_over_one_another_are_undone_from_the_last_on():
    data = brotli.compress(zlib.compress(gzip.compress(b"news" * 999)))
    assert undone(data, "gzip, deflate,BR") == b"news" * 999


@pytest.mark.parametrize("codings", ["", "identity", "utf-8", "none", "zstd", ",,"])
def test_names_of_no_coding_are_passed_over(codings):
    assert undone(b"<rss/>", codings) == b"<rss/>"


@pytest.mark.parametrize("codings", ["gzip", "deflate", "br", "gzip, br"])
def test_nothing_stays_nothing(codings):
    assert undone(b"", codings) == b""


@pytest.mark.parametrize(("name", "compress"), CODERS)
def test_data_that_ends_early_is_refused(name, compress):
    whole = compress(b"news" * 999)
    for end in (1, len(whole) // 2, len(whole) - 1):
        with pytest.raises(CodingError):
            undone(whole[:end], name)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
def test_data_of_another_kind_is_refused(name):
    with pytest.raises(CodingError):
        undone(b"<rss version='2.0'></rss>" * 99, name)


def test_a_gzip_file_may_have_several_members_and_padding():
    assert undone(gzip.compress(b"ab") + gzip.compress(b"cd") + bytes(9), "gzip", size=7) == b"abcd"


def test_more_codings_than_anyone_needs_are_refused():
    data = b"news"
    for _ in range(4):
        data = gzip.compress(data)
    with pytest.raises(CodingError):
        undone(data, "gzip, gzip, gzip, gzip")


@pytest.mark.parametrize(("name", "compress"), CODERS)
def test_a_bomb_is_given_up_at_the_limit_and_never_in_memory(name, compress):
    bomb = compress(bytes(16 * MEGABYTE))
    tracemalloc.start()
    with pytest.raises(TooMuchError):
        undone(bomb, name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * MEGABYTE


def test_a_bomb_inside_a_bomb_is_given_up():
    with pytest.raises(TooMuchError):
        undone(gzip.compress(gzip.compress(bytes(16 * MEGABYTE))), "gzip, gzip")


def test_a_body_that_grows_only_in_between_is_given_up():
    empty = gzip.compress(gzip.compress(b"") * 100_000)  # 2 MB of members that hold nothing
    with pytest.raises(TooMuchError):
        undone(empty, "gzip, gzip")


def test_the_limit_itself_is_allowed_and_a_byte_more_is_not():
    assert len(undone(gzip.compress(bytes(5000)), "gzip", 5000)) == 5000
    with pytest.raises(TooMuchError):
        undone(gzip.compress(bytes(5001)), "gzip", 5000)


@given(st.binary(max_size=200), st.lists(st.sampled_from(["gzip", "deflate", "br"]), max_size=3))
def test_any_bytes_are_data_or_an_error(data, names):
    try:
        assert len(undone(data, ",".join(names))) <= MEGABYTE
    except CodingError:
        assert names

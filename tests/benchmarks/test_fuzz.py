"""What `benchmarks/fuzz.py` feeds, tried on the inputs that it begins from."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPT: dict[str, Any] = runpy.run_path(str(BENCHMARKS / "fuzz.py"))
TARGETS: dict[str, Any] = runpy.run_path(str(BENCHMARKS / "fuzz_targets.py"))


def test_the_script_knows_every_target_and_each_has_inputs():
    assert set(SCRIPT["NAMES"]) == set(TARGETS["TARGETS"]) == set(TARGETS["SEEDS"])
    assert all(TARGETS["SEEDS"].values())


@pytest.mark.parametrize("name", SCRIPT["NAMES"])
@settings(deadline=None, derandomize=True)  # it is the script's part to find what is new
@given(data=st.data())
def test_a_target_takes_its_inputs_and_pieces_of_them(name, data):
    seed = data.draw(st.sampled_from(TARGETS["SEEDS"][name]))
    cut = data.draw(st.integers(0, len(seed)))
    noise = data.draw(st.binary(max_size=9))
    TARGETS["TARGETS"][name](seed[:cut] + noise + seed[cut:])


@pytest.mark.parametrize(
    "html",
    ["<script>", "<p onclick=a>", "<a href='javascript:a()'>", "<img src=//a>", "<svg>",
     "<p style=a>", "<iframe srcdoc=a>"],
)  # fmt: skip
def test_what_is_unsafe_is_noticed(html):
    with pytest.raises(TARGETS["UnsafeError"]):
        TARGETS["judge"](html)


def test_text_that_reads_as_a_script_is_noticed():
    with pytest.raises(TARGETS["UnsafeError"]):
        TARGETS["judge_text"]("a <SCRIPT>")

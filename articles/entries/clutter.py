"""What publishers put around an article's text, taken away; and small damage repaired."""

from __future__ import annotations


def remove_clutter(text: str) -> str:
    """`text` without calls to subscribe, share, follow or read on."""
    return text


def repair_spacing(text: str) -> str:
    """Give back the spaces that joining elements swallowed."""
    return text

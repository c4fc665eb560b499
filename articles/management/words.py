"""What the commands say alike."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """`count` things, each a `what`: `1 feed`, `2 feeds`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

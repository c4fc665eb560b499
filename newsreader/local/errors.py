"""What can go wrong, told in words for the person at the terminal."""

from __future__ import annotations


class LocalError(Exception):
    """A reason why the application cannot run here; its text says what to do about it."""

"""Sessions in the database, sought only by what can be a key of one."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's, which asks PostgreSQL for any text that a cookie holds.

    That may be a NUL, as an escape between quotes: PostgreSQL refuses a statement with one.
    """

    def __init__(self, session_key: str | None = None) -> None:
        known = session_key is not None and session_key.isalnum()
        super().__init__(session_key if known else None)

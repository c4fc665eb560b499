"""Golden pairs: feeds in `data/` and the JSON they become.

python -m tests.entries.golden     writes the JSON of every feed anew
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from articles.entries.parse import parse

DATA = Path(__file__).parent / "data"
FEEDS = sorted(p for p in DATA.iterdir() if p.suffixes in ([".xml"], [".feed"]))
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
URL = "https://feeds.example.org/news/feed.xml"


def as_json(feed: Path) -> str:
    """What the feed in a file becomes."""
    parsed = parse(feed.read_bytes(), url=URL, now=NOW, default_language="en")
    return json.dumps(asdict(parsed), indent=2, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(value)


if __name__ == "__main__":
    for path in FEEDS:
        path.with_suffix(f"{path.suffix}.json").write_text(as_json(path) + "\n", encoding="utf-8")

"""The project's settings, with the two references of `pages.py` and a count of queries."""

from __future__ import annotations

import os

from newsreader.settings import *  # noqa: F403
from newsreader.settings import MIDDLEWARE

ROOT_URLCONF = "pages_site.urls"
# A bare site has no middleware at all: what Django itself takes.
MIDDLEWARE = (
    [] if os.environ.get("BENCHMARK_BARE") else [*MIDDLEWARE, "pages_site.counting.count_queries"]
)

"""The site: settings, addresses, and the ways to run it."""

import os

# Threads of numpy's linear algebra wait by spinning, which costs more than it brings where others
# work too; what is worth several cores uses threads of its own. Read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from newsreader.celery import app as celery_app

__all__ = ["celery_app"]

"""The site: settings, addresses, and the ways to run it."""

from newsreader.celery import app as celery_app

__all__ = ["celery_app"]

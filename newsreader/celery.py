"""The Celery application: `celery --app newsreader worker`."""

from __future__ import annotations

import os

from billiard import pool
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsreader.settings")

# A worker that is stopped while a pool process takes up a task forgets that task, and the process
# waits for its result to be taken: for half a minute as the library has it (retries of 0.1 s). The
# message was not acknowledged and comes again, so there is nothing to wait for.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 10

app = Celery("newsreader")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""`/healthz`: whether database, queue and worker answer, each asked within a bounded time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from articles.web.interface import wordless
from newsreader.celery import app

logger = logging.getLogger(__name__)

OK = "ok"
PATIENCE_SECONDS = 2.0
"""A part that takes longer is reported as not answering."""
WORKER_SECONDS = 1.0
FRESH_SECONDS = 2.0
"""Answers are kept so long: asking often must not become a load of its own."""


MARK = "newsreader-health"


class NoWorkerError(Exception):
    """No worker answered."""


def ask_database() -> None:
    """A connection of its own, so that neither a broken nor a busy one speaks for the server."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] = {**own.settings_dict["OPTIONS"], "connect_timeout": 2}
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()


def ask_queue() -> None:
    """By writing: one whose memory is full answers, but takes nothing."""
    with redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
    ) as client:
        client.set(MARK, b"", ex=60)


def ask_worker() -> None:
    if not app.control.ping(timeout=WORKER_SECONDS, limit=1):
        raise NoWorkerError("no worker answered")


@dataclass
class Probe:
    """Asks one part in a thread of its own, never in two at once, however long the part hangs."""

    ask: Callable[[], None]
    words: str = ""
    thread: threading.Thread | None = None

    def start(self) -> None:
        if self.thread is None or not self.thread.is_alive():
            self.words = f"does not answer within {PATIENCE_SECONDS:g} s"
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def answer(self, deadline: float) -> str:
        """`ok`, or what is wrong. Waits until `deadline` (monotonic) at most."""
        if self.thread:
            self.thread.join(max(0.0, deadline - time.monotonic()))
        return self.words

    def _run(self) -> None:
        try:
            self.ask()
        except (Error, redis.RedisError, OperationalError, NoWorkerError, OSError) as error:
            self.words = " ".join(str(error).split()) or type(error).__name__
        else:
            self.words = OK


@dataclass
class Health:
    """The three parts, asked together and remembered for `FRESH_SECONDS`."""

    probes: Mapping[str, Probe]
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_at: float = float("-inf")
    words: dict[str, str] = field(default_factory=dict)

    def answers(self) -> dict[str, str]:
        """For each part `ok` or what is wrong with it; what is wrong goes into the log too."""
        with self.lock:
            if time.monotonic() - self.asked_at >= FRESH_SECONDS:
                self.words = self._ask()
                self.asked_at = time.monotonic()
            return self.words

    def _ask(self) -> dict[str, str]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for probe in self.probes.values():
            probe.start()
        words = {part: probe.answer(deadline) for part, probe in self.probes.items()}
        for part, answer in words.items():
            if answer != OK:
                logger.warning("%s: %s", part, answer)
        return words


health = Health(
    {"database": Probe(ask_database), "queue": Probe(ask_queue), "worker": Probe(ask_worker)}
)


@wordless
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where all parts answer, else 503."""
    answers = health.answers()
    well = all(answer == OK for answer in answers.values())
    return JsonResponse(answers, status=200 if well else 503)

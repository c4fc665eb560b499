"""`/healthz`."""

from __future__ import annotations

import threading
import time

import pytest
from celery.contrib.testing.worker import start_worker

from articles.web import health
from articles.web.health import OK, Health, NoWorkerError, Probe
from newsreader.celery import app


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    """Each test asks anew, and however busy the machine is, parts have the time to answer."""
    monkeypatch.setattr(health.health, "asked_at", float("-inf"))
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 60.0)


def test_it_names_the_worker_when_none_answers(db, client):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "queue": "ok", "worker": "no worker answered"}


@pytest.mark.django_db(transaction=True)
def test_it_is_well_when_database_queue_and_a_worker_answer(client, monkeypatch):
    monkeypatch.setattr(health, "WORKER_SECONDS", 60.0)
    app.control.purge()  # what earlier tests queued is not its work
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=60):
        response = client.get("/healthz")
    assert response.json() == {"database": "ok", "queue": "ok", "worker": "ok"}
    assert response.status_code == 200


def test_it_names_a_queue_that_is_not_there(db, client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    response = client.get("/healthz")
    assert response.status_code == 503
    assert "/nowhere/valkey.sock" in response.json()["queue"]


def test_it_names_a_database_that_is_not_there(db, client, monkeypatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    response = client.get("/healthz")
    assert response.status_code == 503
    assert "/nowhere" in response.json()["database"]
    assert response.json()["queue"] == "ok"


def test_it_must_not_be_cached(db, client):
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


def test_a_part_that_hangs_is_asked_in_one_thread_only():
    asked, release = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        asked.release()
        release.wait()

    probe = Probe(hang)
    probe.start()
    asked.acquire()
    assert "does not answer" in probe.answer(deadline=time.monotonic())
    first = probe.thread
    probe.start()
    assert probe.thread is first
    release.set()
    assert probe.answer(deadline=time.monotonic() + 60) == OK


def test_what_is_wrong_goes_into_the_log(caplog):
    def fail() -> None:
        raise NoWorkerError("nobody there")

    assert Health({"worker": Probe(fail)}).answers() == {"worker": "nobody there"}
    assert "worker: nobody there" in caplog.text


def test_answers_are_kept_for_a_moment():
    asked = []
    both = Health({"part": Probe(lambda: asked.append(1))})
    assert both.answers() == both.answers() == {"part": OK}
    assert len(asked) == 1
    both.asked_at -= health.FRESH_SECONDS
    both.answers()
    assert len(asked) == 2

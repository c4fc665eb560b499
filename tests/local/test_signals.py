from __future__ import annotations

import os
import signal

import pytest

from newsreader.local.signals import StopSignals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_interrupts_once_and_ctrl_c_after_it_hurries(number: signal.Signals) -> None:
    with StopSignals() as signals:
        with pytest.raises(KeyboardInterrupt), signals.interrupting():
            os.kill(os.getpid(), number)
        assert not signals.is_hurried()
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.is_hurried()


def test_the_same_request_from_two_senders_does_not_hurry() -> None:
    with StopSignals() as signals:
        with pytest.raises(KeyboardInterrupt), signals.interrupting():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert not signals.is_hurried()


def test_a_request_that_came_early_is_not_forgotten() -> None:
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), signals.interrupting():
            pytest.fail("The block must not begin.")


def test_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopSignals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_program_that_must_outlive_its_terminal_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignals(), StopSignals() as signals, signals.interrupting():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

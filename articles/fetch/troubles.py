"""What went wrong on the network, in words for a curator."""

from __future__ import annotations

import ssl

from articles.fetch.coding import CodingError, TooMuchError
from articles.fetch.http1 import CutOffError, ProtocolError
from articles.fetch.types import Failure, FetchError, Limits

_STATUSES = {
    400: "The server does not understand the request (400).",
    401: "The server asks for a password (401).",
    402: "The server asks for payment (402).",
    403: "The server refuses to give the {} (403).",
    404: "The server says the {} does not exist (404).",
    406: "The server has no {} in a form we can read (406).",
    410: "The server says the {} is gone for good (410).",
    429: "The server asks us to come less often (429).",
    451: "The {} is withheld for legal reasons (451).",
    500: "The server has an error of its own (500).",
    502: "The server cannot reach its own source (502).",
    503: "The server is unavailable for now (503).",
    504: "The server waited in vain for its own source (504).",
}

TROUBLES = (OSError, TooMuchError, CodingError, CutOffError, ProtocolError)
"""All that a request may raise."""

_GONE = (CutOffError, ConnectionResetError, BrokenPipeError, ConnectionAbortedError)


def refused(status: int, what: str) -> str:
    """Tell a status that brings nothing to read; `what` was asked for, such as a feed."""
    words = _STATUSES.get(status, f"The server answered with status {status}.")
    return words.format(what)


def explained(error: Exception, host: str, limits: Limits) -> FetchError:
    """Tell a failed request to `host` as a `FetchError`."""
    if isinstance(error, TooMuchError):
        size = f"{limits.body_bytes / 1024**2:g} MB"
        return FetchError(Failure.TOO_LARGE, f"The answer of {host} is larger than {size}.")
    if isinstance(error, TimeoutError):
        seconds = f"{limits.deadline:g} seconds"
        return FetchError(
            Failure.TIMEOUT, f"The server at {host} did not answer completely within {seconds}."
        )
    if isinstance(error, ssl.SSLError):
        return FetchError(
            Failure.CONNECT, f"No secure connection to {host} is possible: {_tls_reason(error)}."
        )
    if isinstance(error, CodingError):
        return FetchError(Failure.HTTP, f"The answer of {host} could not be decompressed.")
    if isinstance(error, _GONE):
        return FetchError(
            Failure.CONNECT, f"{host} closed the connection before its answer was complete."
        )
    if isinstance(error, ProtocolError):
        return FetchError(Failure.HTTP, f"The answer of {host} is not proper HTTP.")
    reason = getattr(error, "strerror", None) or str(error)
    return FetchError(Failure.CONNECT, f"No connection to {host} is possible: {reason}.")


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or "its certificate does not hold"
    return str(error.reason or "unknown").lower().replace("_", " ")

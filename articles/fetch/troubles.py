"""What went wrong on the network, in words for a curator."""

from __future__ import annotations

import ssl

from articles.fetch.coding import CodingError, TooMuchError
from articles.fetch.http1 import CutOffError, ProtocolError
from articles.fetch.types import Failure, FetchError, Limits

TROUBLES = (OSError, TooMuchError, CodingError, CutOffError, ProtocolError)
"""All that a request may raise."""

_GONE = (CutOffError, ConnectionResetError, BrokenPipeError, ConnectionAbortedError)


def explained(error: Exception, host: str, limits: Limits) -> FetchError:
    """Tell a failed request to `host` as a `FetchError`."""
    if isinstance(error, FetchError):
        return error
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

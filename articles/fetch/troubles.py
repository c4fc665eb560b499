"""What went wrong on the network, in words for a curator."""

from __future__ import annotations

import ssl
from http.client import HTTPException
from http.client import IncompleteRead as CutOff

from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ProtocolError, SSLError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

from articles.fetch.transport import TooMuchError
from articles.fetch.types import Failure, FetchError, Limits


def explained(error: Exception, host: str, limits: Limits) -> FetchError:
    """Tell a failed request to `host` as a `FetchError`."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, TooMuchError):
        size = f"{limits.body_bytes / 1024**2:g} MB"
        return FetchError(Failure.TOO_LARGE, f"The answer of {host} is larger than {size}.")
    if isinstance(error, TimeoutError | Urllib3Timeout):
        seconds = f"{limits.deadline:g} seconds"
        return FetchError(
            Failure.TIMEOUT, f"The server at {host} did not answer completely within {seconds}."
        )
    if isinstance(error, ssl.SSLError | SSLError):
        return FetchError(
            Failure.CONNECT, f"No secure connection to {host} is possible: {_tls_reason(error)}."
        )
    if isinstance(error, DecodeError):
        return FetchError(Failure.HTTP, f"The answer of {host} could not be decompressed.")
    if _cut_off(error):
        return FetchError(
            Failure.CONNECT, f"{host} closed the connection before its answer was complete."
        )
    if isinstance(error, HTTPException | HTTPError):
        return FetchError(Failure.HTTP, f"The answer of {host} is not proper HTTP.")
    reason = getattr(error, "strerror", None) or str(error)
    return FetchError(Failure.CONNECT, f"No connection to {host} is possible: {reason}.")


def _cut_off(error: Exception) -> bool:
    """Whether the other side went away: urllib3 wraps what it saw in a `ProtocolError`."""
    gone = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, IncompleteRead, CutOff)
    if isinstance(error, ProtocolError):
        return any(
            isinstance(part, gone) or part == "Response ended prematurely" for part in error.args
        )
    return isinstance(error, gone)


def _tls_reason(error: Exception) -> str:
    inner = error.args[0] if error.args and isinstance(error.args[0], ssl.SSLError) else error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message or "its certificate does not hold"
    reason = getattr(inner, "reason", None) or "unknown"
    return str(reason).lower().replace("_", " ")

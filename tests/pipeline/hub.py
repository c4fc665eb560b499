"""A real hub (WebSub) on the loopback interface: takes requests, calls back, pushes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qsl, urlencode

import urllib3

from tests.fetch.publisher import Request, serving

Form = dict[str, str]


@dataclass
class Hub:
    """Answers every request with `status`; calls back at once if it is `prompt`."""

    status: int = 202
    prompt: bool = True
    lease: int = 86400
    requests: list[Form] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When requests came, by `time.monotonic`."""
    url: str = ""
    client: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def page(self, request: Request) -> None:
        form = dict(parse_qsl(request.asked.body.decode()))
        self.requests.append(form)
        self.times.append(request.asked.at)
        if self.prompt:
            self.verify(form)
        request.answer(self.status)

    def verify(self, form: Form, **other: str) -> tuple[int, str]:
        """Ask the subscriber whether it meant a request; status and body of what it says."""
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "a challenge <&> of ours",
            "hub.lease_seconds": str(self.lease),
        } | {f"hub.{name}": value for name, value in other.items()}
        answer = self.client.request("GET", f"{form['hub.callback']}?{urlencode(query)}")
        return answer.status, answer.data.decode()

    def push(self, body: str | bytes, *, secret: str = "", method: str = "sha256") -> int:
        """Bring a body to the last subscriber; the status of what it says."""
        form = self.requests[-1]
        data = body.encode() if isinstance(body, str) else body
        key = (secret or form["hub.secret"]).encode()
        signature = hmac.new(key, data, getattr(hashlib, method)).hexdigest()
        headers = {
            "Content-Type": "application/rss+xml",
            "X-Hub-Signature": f"{method}={signature}",
        }
        callback = form["hub.callback"]
        return self.client.request("POST", callback, body=data, headers=headers).status


@contextmanager
def hub_at_work() -> Iterator[Hub]:
    hub = Hub()
    with serving({"/": hub.page}) as server, hub.client:
        hub.url = server.url("/")
        yield hub


def naming(hub: str, topic: str, body: str) -> str:
    """An RSS feed that names its hub and itself."""
    links = "".join(
        f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="{rel}" href="{escape(url)}"/>'
        for rel, url in (("hub", hub), ("self", topic))
    )
    return body.replace("<language>", f"{links}<language>")

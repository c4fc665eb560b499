"""Publishers on the loopback with pages for articles, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from articles.models import Article, Page
from articles.pipeline import page_queue
from articles.pipeline.pages import read_waiting
from tests.factories import make_article
from tests.fetch.publisher import Page as Answer
from tests.fetch.publisher import Server, serving

TITLE = "Old bridge closes for a year"
REPORT = (
    "The council voted on Monday to close the old bridge over the Lenne for a whole year.",
    "Engineers had found cracks in two of its seven arches, which were built in 1871.",
    '"We have no choice," the mayor, Anna Kessel, told the meeting. "Safety comes first."',
    "Some 4,000 cars cross the bridge every day; they will have to take the road by the mill.",
)


def answering(status: int = 200, body: str = "", **headers: str) -> Answer:
    return lambda request: request.answer(
        status, body.encode(), **({"Content_Type": "text/html; charset=utf-8"} | headers)
    )


@contextmanager
def site(robots: Answer | None = None, **pages: Answer) -> Iterator[Server]:
    """A publisher with a robots.txt, if any, and pages by name."""
    known = {"/robots.txt": robots or answering(404)}
    known |= {f"/{name}": page for name, page in pages.items()}
    with serving(known) as server:
        yield server


def wanted(server: Server, path: str = "/bridge", title: str = TITLE, **told) -> Article:
    """An article whose page is waited for."""
    article = make_article(title, url=server.url(path), **({"excerpt": ""} | told))
    assert page_queue.want({article.pk: article.url}) == 1
    return article


def read() -> set[str]:
    return set(read_waiting())


def page_of(article: Article) -> Page:
    return Page.objects.get(article=article)


def asked(server: Server) -> list[str]:
    return [request.path for request in server.asked]

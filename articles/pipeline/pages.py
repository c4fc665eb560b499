"""Reading articles' own pages: ask sites for their robots.txt, fetch, extract, tell the articles.

Fetching runs in threads that never touch the database, extraction in a process of its own; storing
runs in the thread that called. Every request takes a turn of its host, and none is followed by
another in the same turn.
"""

from __future__ import annotations

import atexit
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from articles.entries.page import Page as Extract
from articles.entries.page import PageError
from articles.entries.parsers import Allowance, ParserFaultError, Parsers
from articles.entries.types import ParseError
from articles.fetch.article_pages import RETRIES, trouble
from articles.fetch.door import Door, Hop
from articles.fetch.robots import LONGEST, Answered, Rule, Rules, judge
from articles.fetch.types import DoorSettings, Failure, FetchError, Limits, Response
from articles.models import TAKEN_DOWN, Article, Page, Site
from articles.pipeline import hosts, page_text, takedown
from articles.pipeline.lock import BusyError
from articles.pipeline.page_queue import claim, give_up, next_turn, place_of, sites_of
from articles.pipeline.steady import steadily

logger = logging.getLogger(__name__)

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.2, */*;q=0.1"
WIDTH = 8
"""Requests under way at once, each to another host."""
LIMITS = Limits(deadline=10.0, body_bytes=3 * 1024 * 1024)
TICK = 0.2
"""Seconds after which it is looked again who may be asked."""
WORTH_WAITING = 3.0
"""Seconds; for a later turn nobody waits: the schedule comes back to it."""

_parsers = Parsers(allowance=Allowance(seconds=3.0, memory_bytes=1024**3))
atexit.register(_parsers.close)

Answer = Response | Hop | FetchError


@dataclass(frozen=True, slots=True)
class Asked:
    """What a thread hands back: the answer, and for a page that was answered what is in it."""

    row: Site | Page
    turn: hosts.Turn
    answer: Answer
    now: datetime
    extract: Extract | PageError | ParseError | None = None


UnderWay = dict[Future[Asked], tuple[Site | Page, hosts.Turn]]


def read_waiting(
    over: Callable[[], bool] = lambda: False, stop: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """Read pages until none may be asked for soon.

    When it is `over()` no more is begun; on `stop()` what is under way is given up as well. Gives
    the language of each article that is to be grouped again.
    """
    steadily(give_up)
    with Door(_door_settings()) as door, ThreadPoolExecutor(WIDTH, "pages") as threads:
        under_way: UnderWay = {}
        while True:
            if stop():
                door.cut()
            elif not over():
                under_way |= _started(threads, door, WIDTH - len(under_way))
            if under_way:
                done, _ = wait(under_way, TICK, FIRST_COMPLETED)
                for future in done:
                    asked = _result(future, *under_way.pop(future))
                    if language := steadily(partial(settle, asked, cut=stop())):
                        yield language
            elif over() or stop() or not _wait_for_turn():
                return


def _door_settings() -> DoorSettings:
    return replace(settings.FETCH, limits=LIMITS)


def _wait_for_turn() -> bool:
    """Wait until a host may be asked; False where that is not soon."""
    seconds = next_turn()
    if seconds is None or seconds > WORTH_WAITING:
        return False
    time.sleep(max(seconds, 0.05))
    return True


def _result(future: Future[Asked], row: Site | Page, turn: hosts.Turn) -> Asked:
    """What the thread brought. A fault of ours costs this page its turn, and no other page."""
    error = future.exception()
    if error is None:
        return future.result()
    logger.error("%s: reading it failed", row, exc_info=error)
    words = f"Reading it failed through a fault of this program: {type(error).__name__}."
    return Asked(row, turn, FetchError(Failure.HTTP, words), timezone.now())


def _started(threads: ThreadPoolExecutor, door: Door, room: int) -> UnderWay:
    """Send what may be asked for now on its way."""
    if room <= 0:
        return {}
    claims = steadily(partial(claim, room))
    started: UnderWay = {threads.submit(_ask_site, door, *pair): pair for pair in claims.sites}
    for page, turn in claims.pages:
        if rules_of(page.site).allows(page.url):
            title = Article.objects.filter(pk=page.article_id).values_list("title", flat=True)
            future = threads.submit(_ask_page, door, page, turn, title.first() or "")
            started[future] = (page, turn)
        else:
            _end(page, Page.State.REFUSED, f"The robots.txt of {page.host} forbids it.")
            hosts.release([hosts.Visit(turn, pause=timedelta(0), allowed=turn.allowed)])
    return started


def rules_of(site: Site) -> Rules:
    """The rules of a site that has answered."""
    return Rules(tuple(Rule(allow, pattern) for allow, pattern in site.rules or ()), site.delay)


def _ask_site(door: Door, site: Site, turn: hosts.Turn) -> Asked:
    answer = _ask(door, site.robots_url, "text/plain, */*;q=0.1")
    return Asked(site, turn, answer, timezone.now())


def _ask_page(door: Door, page: Page, turn: hosts.Turn, title: str) -> Asked:
    answer = _ask(door, page.url, ACCEPT)
    asked = Asked(page, turn, answer, timezone.now())
    if not isinstance(answer, Response) or answer.status != 200:
        return asked
    return replace(asked, extract=_extract(answer, title))


def _ask(door: Door, url: str, accept: str) -> Answer:
    """One request; every failure comes back as a value."""
    try:
        answer = door.follow(door.start(url), accept=accept)
        if isinstance(answer, Hop):
            place_of(answer.target.url)
    except FetchError as error:
        return error
    return answer


def _extract(answer: Response, title: str) -> Extract | PageError | ParseError:
    try:
        return _parsers.read_page(
            answer.body,
            url=answer.url,
            content_type=answer.headers.get("content-type", ""),
            title=title,
        )
    except (PageError, ParseError) as error:
        return error
    except ParserFaultError as error:
        logger.exception("%s: reading it failed", answer.url)
        return PageError(f"Reading it failed through a fault of this program: {error}")


def settle(asked: Asked, *, cut: bool = False) -> str:
    """Keep what a request brought, and let its host rest; the language to group again, if any.

    A request that was `cut` off by us says nothing about the page: it is put back as it was.
    """
    row, language = asked.row, ""
    if isinstance(row, Page) and takedown.is_down(row.article_id):
        _end(row, Page.State.REFUSED, "The article was taken down.")
    elif cut and isinstance(asked.answer, FetchError):
        _put_back(row)
    elif isinstance(row, Site):
        _settle_site(row, asked)
    else:
        language = _settle_page(row, asked)
    _release(asked, row if isinstance(row, Site) else row.site)
    return language


def _put_back(row: Site | Page) -> None:
    row.claimed_until = None
    if isinstance(row, Page):
        row.attempts -= 1
    row.save()


def _release(asked: Asked, site: Site) -> None:
    usual = max(hosts.usual_pause(), timedelta(seconds=site.delay or 0.0))
    hosts.release([hosts.visit(asked.turn, asked.answer, asked.now, usual)])


def _settle_site(site: Site, asked: Asked) -> None:
    """Keep what a site's robots.txt says, or where it is asked for next."""
    site.claimed_until = None
    if isinstance(asked.answer, Hop) and site.redirects < LIMITS.redirects:
        following = place_of(asked.answer.target.url)
        site.robots_url, site.robots_host = following.url, following.host
        site.redirects += 1
        site.save()
        return
    told = _told(site, asked)
    if told.error:
        logger.warning("%s: %s", site.origin, told.error)
    site.failures = site.failures + 1 if told.rules is None else 0
    site.error = told.error[:1000]
    site.rules = None if told.rules is None else [[r.allow, r.pattern] for r in told.rules.rules]
    site.delay = told.rules.delay if told.rules else None
    site.fresh_until = asked.now + told.fresh_for
    home = place_of(f"{site.origin}/robots.txt")
    site.robots_url, site.robots_host, site.redirects = home.url, home.host, 0
    site.save()


def _told(site: Site, asked: Asked) -> Answered:
    """What the answer means; a robots.txt behind too many redirects is none (RFC 9309, 2.3.1.2)."""
    if isinstance(asked.answer, Hop):
        return Answered(Rules(), LONGEST)
    agent = settings.FETCH.user_agent.partition("/")[0]
    return judge(asked.answer, agent, failures=site.failures, now=asked.now)


def _settle_page(page: Page, asked: Asked) -> str:
    """Keep what a page's request brought; the language to group again, if any."""
    if isinstance(asked.answer, Hop):
        _move(page, asked.answer)
        return ""
    if found := trouble(asked.answer, page.attempts, asked.now):
        _fail(page, found.error, found.retry_in)
        return ""
    if not isinstance(asked.extract, Extract):
        _fail(page, str(asked.extract), None)
        return ""
    try:
        with transaction.atomic():
            return _keep(page, asked.extract, asked.now)
    except BusyError:
        _fail(page, "Its language was being grouped for long.", timedelta(minutes=1))
    except (DataError, IntegrityError) as error:
        logger.exception("%s: what it says could not be stored", page.url)
        again = RETRIES[0] if isinstance(error, IntegrityError) else None
        _fail(page, f"What it says could not be stored: {type(error).__name__}.", again)
    return ""


def _keep(page: Page, extract: Extract, now: datetime) -> str:
    """Give the article what its page tells."""
    shown = Article.objects.filter(pk=page.article_id).exclude(withheld=TAKEN_DOWN)
    article = shown.select_for_update(of=("self",)).first()
    if article is None:  # deleted or taken down meanwhile, and its page with it
        return ""
    changed = page_text.tell(article, extract, now)
    _end(page, Page.State.READ, "")
    twins = page_text.recognise(article, extract, page.url)
    folded = twins is not None and page_text.fold(twins)
    return article.language if changed or folded else ""


def _move(page: Page, hop: Hop) -> None:
    """Wait for the turn of where a redirect leads."""
    if page.redirects >= LIMITS.redirects:
        _fail(page, f"{page.host} redirects more than {LIMITS.redirects} times.", None)
        return
    following = place_of(hop.target.url)
    page.url, page.host = following.url, following.host
    page.site_id = sites_of([following])[following.origin]
    page.redirects += 1
    page.attempts = 0
    page.claimed_until = None
    page.save()


def _fail(page: Page, error: str, retry_in: timedelta | None) -> None:
    logger.warning("%s: %s", page.url, error)
    if retry_in is None:
        _end(page, Page.State.FAILED, error)
        return
    page.error = error[:1000]
    page.next_try_at = timezone.now() + retry_in
    page.claimed_until = None
    page.save(update_fields=("error", "next_try_at", "claimed_until"))


def _end(page: Page, state: Page.State, error: str) -> None:
    page.state, page.error = state, error[:1000]
    page.fetched_at = timezone.now() if state is Page.State.READ else None
    page.claimed_until = None
    page.save(update_fields=("state", "error", "fetched_at", "claimed_until"))

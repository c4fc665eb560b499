"""Where hubs call back (WebSub): GET to confirm or deny a subscription, POST to bring news."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from articles.fetch import websub as rules
from articles.pipeline import push, pushed
from articles.pipeline.pushed import Receipt
from articles.tasks import store_pushed
from articles.web.interface import wordless

logger = logging.getLogger(__name__)

RETRY_SECONDS = 900

# A forged push gets the answer of a genuine one, and is ignored (WebSub, section 7.1).
STATUSES = {Receipt.TOO_LARGE: 413, Receipt.TOO_MANY: 429}


@wordless
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def websub(request: HttpRequest, token: str) -> HttpResponse:
    """The callback of one subscription; 404 where there is none, 410 where it is over."""
    if request.method == "GET":
        return _confirm(request, token)
    return _receive(request, token)


def _confirm(request: HttpRequest, token: str) -> HttpResponse:
    answer = push.confirm(token, rules.intent(request.GET.dict()))
    if answer is None:
        return HttpResponseNotFound()
    # As plain text: the hub chooses what is echoed.
    return HttpResponse(answer, content_type="text/plain; charset=utf-8")


def _receive(request: HttpRequest, token: str) -> HttpResponse:
    subscription = pushed.addressed(token)
    if subscription is None:
        return HttpResponseNotFound()
    if pushed.is_over(subscription):
        return HttpResponse(status=410)
    length = request.META.get("CONTENT_LENGTH", "")
    if not length.isdecimal():
        return HttpResponse(status=411)
    if int(length) > pushed.MAX_BODY:
        receipt = pushed.refuse_large(subscription)
    else:
        receipt = pushed.receive(
            subscription,
            request.read(),
            signature=request.headers.get("X-Hub-Signature", ""),
            content_type=request.headers.get("Content-Type", ""),
        )
    if receipt is Receipt.KEPT:
        _have_stored()
    response = HttpResponse(status=STATUSES.get(receipt, 202))
    if receipt is Receipt.TOO_MANY:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _have_stored() -> None:
    try:
        store_pushed.delay()
    except OperationalError as error:
        logger.warning("A push waits for the next minute: the queue does not answer (%s).", error)

"""The whole of WebSub: a real worker, a real hub, and the site that it pushes to."""

from __future__ import annotations

import pytest

from articles import tasks
from articles.models import Article, Story, Subscription
from newsreader.celery import app
from tests.factories import make_feed
from tests.pipeline.feeds import rss
from tests.pipeline.hub import naming
from tests.pipeline.worker import eventually, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]


def test_what_a_hub_pushes_is_in_a_story_soon_after(
    worker_environment, live_server, hub, publisher, tmp_path
):
    url = publisher.url_for("/feed")
    first = rss("Flood in Harlow Vale forces 300 people from their homes")
    publisher.expect_request("/feed").respond_with_data(naming(hub.url, url, first))
    publisher.expect_request("/other").respond_with_data(rss("Mill burns"))
    make_feed(url=url)
    make_feed(url=publisher.url_for("/other"))
    app.control.purge()

    public = worker_environment | {"PUBLIC_URL": live_server.url}
    with working(public, tmp_path / "worker.log"):
        tasks.refresh_due_feeds.delay()
        eventually(Subscription.objects.exists)
        tasks.ask_hubs.delay()
        eventually(Subscription.objects.filter(state="active").exists)
        pushed = rss("Harlow Vale flood: 300 people forced from homes")
        assert hub.push(pushed) == 202
        eventually(Subscription.objects.exclude(last_push_at=None).exists)
        eventually(lambda: not Article.objects.filter(clustered_at=None).exists())

    article = Article.objects.get(title="Harlow Vale flood: 300 people forced from homes")
    assert Story.objects.get(articles=article).articles.filter(title__startswith="Flood").exists()

"""The project's addresses and, before them, two references to measure its pages by."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import include, path

from articles.models import Article, Edition
from articles.web.interface import wordless

SIZE = 60_000
ITEMS = 60
LIST = Engine().from_string("""<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{{ edition.name }}</title></head>
  <body>
    <h1>{{ edition.name }}</h1>
    <ol>
      {% for article in articles %}
        <li>
          <h2><a href="/article/{{ article.pk }}/">{{ article.title }}</a></h2>
          <p>{{ article.source.name }}, <time>{{ article.published_at|date:"c" }}</time></p>
          <p>{{ article.excerpt }}</p>
        </li>
      {% endfor %}
    </ol>
  </body>
</html>
""")


@wordless
def empty(request: HttpRequest) -> HttpResponse:
    """Django with nothing to do but send 60 KB. Said to be private, it is rendered each time."""
    return HttpResponse(
        b"x" * SIZE, headers={"Cache-Control": "private", "Content-Length": str(SIZE)}
    )


@wordless
def plain_list(request: HttpRequest) -> HttpResponse:
    """Sixty items from two queries along indexes, in the simplest of templates."""
    edition = Edition.objects.get(slug="uk")
    articles = (
        Article.objects.select_related("source")
        .only("title", "excerpt", "published_at", "source__name")
        .order_by("-published_at", "-id")[:ITEMS]
    )
    page = LIST.render(Context({"edition": edition, "articles": articles}))
    return HttpResponse(page, headers={"Cache-Control": "private"})


urlpatterns = [
    path("benchmark/empty/", empty),
    path("benchmark/list/", plain_list),
    path("", include("newsreader.urls")),
]
handler404 = "articles.web.errors.not_found"
handler500 = "articles.web.errors.server_error"

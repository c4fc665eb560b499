"""What lists of articles share: which are shown, their columns, and their order."""

from __future__ import annotations

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import Article
from articles.models.visibility import shown, shown_sql
from articles.selectors import keyset

COLUMNS = (
    "title",
    "excerpt",
    "url",
    "image_url",
    "language",
    "published_at",
    "copy_of_id",
    "story_id",
    "source__name",
    "source__slug",
)

HEADLINES = 20
"""Former headlines of an article that are listed; their number is told in full."""
# As text: a query within the query would take longer to put together than to run.
HEADLINE_CHANGES = RawSQL(
    "(SELECT count(*) FROM articles_headline WHERE article_id = articles_article.id)", ()
)


def listed() -> QuerySet[Article]:
    """Articles that are shown, with what a list shows of them: full texts stay in the database."""
    return Article.objects.filter(shown()).select_related("source").only(*COLUMNS)


_INDEPENDENT = f"""NOT EXISTS (
    SELECT FROM articles_article AS original
    WHERE original.id = articles_article.copy_of_id AND original.story_id = %s
      AND {shown_sql("original.")}
)"""


def independent_in(story: int) -> RawSQL:
    """The condition that no shown article of a story is the original of an article.

    As text: a query within the query would take longer to put together than to run.
    """
    return RawSQL(_INDEPENDENT, (story,), BooleanField())  # noqa: S611 - text of ours


def newest_first(articles: QuerySet[Article], after: str, size: int) -> keyset.Page[Article]:
    """One page of `articles`, the newest first. Raises `CursorError`."""
    if after:
        articles = articles.filter(older(after))
    return keyset.page(
        articles.order_by("-published_at", "-pk")[: size + 1],
        size,
        lambda article: keyset.by_time(article.published_at, article.pk),
    )


def older(after: str) -> Q:
    """What follows a cursor in a list of articles, the newest first. Raises `CursorError`."""
    moment, pk = keyset.read_time(after)
    return Q(Q(published_at__lt=moment) | Q(pk__lt=pk), published_at__lte=moment)

"""What an article gains from its own page, and when two articles turn out to be one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Q

from articles.clustering.copies import same_title
from articles.clustering.text import words
from articles.entries.excerpt import continued
from articles.entries.page import Page
from articles.entries.urls import canonical_url
from articles.models import TAKEN_DOWN, Article, Folded, Headline, Held, Sighting, Story
from articles.pipeline import lock, stories, takedown
from articles.pipeline.store import short_hash


def tell(article: Article, page: Page, now: datetime) -> bool:
    """Give a locked article what its page tells; whether to group it again.

    The feed's own words stay wherever it has any: the page fills gaps. Where what was taken down
    comes back so, it is held back.
    """
    before = (article.excerpt, article.published_at)
    article.text = max(article.text, page.text, key=len)
    article.excerpt = continued(article.excerpt, article.text)
    article.image_url = article.image_url or page.image_url
    article.authors = article.authors or list(page.authors)
    if article.published_claim is None and page.published is not None:
        article.published_claim = page.published
        article.published_at = min(page.published, now)
    changed = before != (article.excerpt, article.published_at)
    if changed:
        article.clustered_at = None
    article.save(
        update_fields=(
            *("text", "excerpt", "image_url", "authors"),
            *("published_claim", "published_at", "clustered_at"),
        )
    )
    if changed:
        told = (article.title, bytes(article.title_key), article.excerpt)
        takedown.hold_back([takedown.Arrival(article.pk, article.source_id, *told)])
    return changed


@dataclass(frozen=True, slots=True)
class Twins:
    """Two articles of a source that are one: the older stays, or what was taken down."""

    kept: Article
    duplicate: Article


def recognise(article: Article, page: Page, url: str) -> Twins | None:
    """Compare by the address that a page, read at `url`, calls its own.

    Only an address on the same host counts, for a page that is syndicated names the original
    publisher's; and only with the same headline or text, for some sites name one address on all
    their pages. An address that no article has is kept, to recognise the article by.
    """
    canonical = canonical_url(page.canonical_url)
    parts = urlsplit(canonical)
    if not parts.path or parts.hostname != urlsplit(canonical_url(url)).hostname:
        return None
    key = short_hash(canonical)
    other = Article.objects.select_for_update(of=("self",)).filter(url_hash=key).first()
    if other is None:
        Article.objects.filter(pk=article.pk).update(url_hash=key)
        return None
    if other.pk == article.pk or other.source_id != article.source_id:
        return None
    if not _same_report(article, other, page):
        return None
    kept, duplicate = sorted(
        (article, other), key=lambda each: (each.withheld != TAKEN_DOWN, each.pk)
    )
    return Twins(kept, duplicate)


def _same_report(article: Article, other: Article, page: Page) -> bool:
    if bytes(article.title_key) == bytes(other.title_key) or other.text == page.text:
        return True
    return same_title(" ".join(words(article.title)), " ".join(words(other.title)))


def fold(twins: Twins) -> bool:
    """Make two articles one, inside a transaction; False where a curator spoke of the duplicate.

    What was known of the duplicate goes over to the article that is kept, and its address leads
    there. Raises `lock.BusyError` where grouping holds the language for long.
    """
    kept, duplicate = twins.kept, twins.duplicate
    lock.wait_for(duplicate.language)
    if Held.objects.filter(Q(one=duplicate) | Q(other=duplicate)).exists():
        return False
    _hand_over(kept, duplicate)
    story = duplicate.story_id
    duplicate.delete()
    if story is not None:
        _leave(story, kept)
    return True


def _hand_over(kept: Article, duplicate: Article) -> None:
    Sighting.objects.filter(article=duplicate).update(article=kept)
    if duplicate.feed_id:
        Sighting.objects.bulk_create(
            [Sighting(feed_id=duplicate.feed_id, guid_hash=duplicate.guid_hash, article=kept)],
            ignore_conflicts=True,
        )
    known = kept.former_headlines.values("title_key")
    Headline.objects.filter(article=duplicate).exclude(title_key__in=known).update(article=kept)
    Article.objects.filter(copy_of=duplicate).update(copy_of=kept.copy_of_id or kept.pk)
    Folded.objects.filter(article=duplicate).update(article=kept)
    Folded.objects.create(former=duplicate.pk, article=kept)
    Article.objects.filter(pk=kept.pk).exclude(withheld=TAKEN_DOWN).update(
        clustered_at=None, story=kept.story_id or duplicate.story_id
    )


def _leave(story: int, kept: Article) -> None:
    """Bring the story up to date that the duplicate was in."""
    stories.derive({story})
    Story.objects.filter(pk=story, articles=None).update(
        merged_into=kept.story_id, article_count=0, source_count=0, independent_count=0
    )
    takedown.empty([story])

"""`manage.py embed_articles`: sentence vectors for what was grouped without them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles.clustering.embedding import ModelError
from articles.models import Article
from articles.pipeline import embeddings


class Command(BaseCommand):
    """Compute the vectors that articles of the window lack."""

    help = (
        "Compute the sentence vectors that recent articles lack, by the model of SEMANTIC_MODEL:"
        " once, after that has been set. The worker that groups reads them when it starts."
    )

    def handle(self, **options: Any) -> None:
        """Go through the languages."""
        if not settings.SEMANTIC_MODEL:
            raise CommandError("SEMANTIC_MODEL is not set.")
        since = timezone.now() - timedelta(days=settings.STORY_WINDOW_DAYS)
        recent = Article.objects.filter(published_at__gte=since).order_by("-published_at", "-id")
        for language in sorted(set(recent.order_by().values_list("language", flat=True))):
            try:
                model = embeddings.encoder(language)
            except ModelError as error:
                raise CommandError(str(error)) from error
            if model is None:
                self.stdout.write(f"The model does not read {language}.")
                continue
            done = sum(embeddings.fill(recent.filter(language=language), model))
            self.stdout.write(f"{done} vectors computed in {language}.")

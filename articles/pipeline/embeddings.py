"""Sentence vectors of articles: computed once by the model of `SEMANTIC_MODEL`, and stored.

Without that setting nothing here does anything. An article's vector is computed when it is grouped,
and again when its text or the model has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from django.conf import settings
from django.db.models import QuerySet

from articles.clustering.embedding import Encoder, digest, embedded, packed, reads, unpacked
from articles.clustering.encoders import load
from articles.clustering.types import Document
from articles.models import Article, Embedding
from articles.pipeline.documents import FIELDS, document

STORED = ("embedding__digest", "embedding__vector")
"""What a row must hold besides `documents.FIELDS` for `restored`, in this order."""

BATCH = 500
"""Articles whose vectors are computed and stored at once."""

_load = cache(load)


def encoder(language: str = "") -> Encoder | None:
    """The model of the settings, if it reads `language`; loaded once in a process.

    Raises ModelError if it cannot be used.
    """
    if not settings.SEMANTIC_MODEL:
        return None
    model = _load(settings.SEMANTIC_MODEL)
    return model if not language or reads(model, language) else None


def require() -> None:
    """Raise ModelError if the model of the settings cannot be used; nothing is kept of it."""
    if settings.SEMANTIC_MODEL:
        load(settings.SEMANTIC_MODEL)


def restored(of: Document, model: Encoder, sign: bytes | None, vector: bytes | None) -> Document:
    """A document with its stored vector, if that is of this text and this model."""
    if sign is None or vector is None or bytes(sign) != digest(of, model):
        return of
    return replace(of, vector=unpacked(bytes(vector)))


def with_vectors(documents: Sequence[Document], model: Encoder) -> list[Document]:
    """The documents with vectors, which are read back or computed and stored. Two statements."""
    rows = Embedding.objects.filter(article__in=[each.id for each in documents])
    stored = {article: known for article, *known in rows.values_list("pk", "digest", "vector")}
    found = [restored(each, model, *stored.get(each.id, (None, None))) for each in documents]
    computed = _computed([each for each in found if each.vector is None], model)
    return [computed.get(each.id, each) for each in found]


def fill(articles: QuerySet[Article], model: Encoder) -> Iterator[int]:
    """Compute what is missing among the articles; how many, after each batch is stored."""
    missing: list[Document] = []
    for *fields, sign, vector in articles.values_list(*FIELDS, *STORED).iterator(chunk_size=2000):
        found = restored(document(fields), model, sign, vector)
        if found.vector is None:
            missing.append(found)
    for start in range(0, len(missing), BATCH):
        yield len(_computed(missing[start : start + BATCH], model))


def _computed(documents: Sequence[Document], model: Encoder) -> dict[int, Document]:
    found = embedded(documents, model)
    Embedding.objects.bulk_create(
        [
            Embedding(article_id=each.id, digest=digest(each, model), vector=packed(each.vector))
            for each in found
            if each.vector is not None
        ],
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["digest", "vector"],
    )
    return {each.id: each for each in found}

"""Sentence vectors: what an encoder is, and what it is given to read of an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from articles.clustering.types import Document, Vector

LEAD_WORDS: Final = 30
"""Words of the lead that an encoder reads after the title: more cost time and told nothing."""


INSTALL: Final = "install requirements-semantic.txt, as docs/operating.md says"


class ModelError(Exception):
    """A sentence-embedding model that cannot be used; the message says why."""


class Encoder(Protocol):
    """A sentence-embedding model."""

    @property
    def name(self) -> str:
        """Names what it computes: two encoders of one name give the same vectors."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages it was made for, ISO 639-1; empty if it does not say."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row for each text, of unit length; the cosine of two is their product."""


def reads(encoder: Encoder, language: str) -> bool:
    """True if an encoder was made for a language, or does not say for which."""
    return not encoder.languages or language in encoder.languages


def embedded(documents: Sequence[Document], encoder: Encoder) -> list[Document]:
    """The documents with their vectors."""
    if not documents:
        return []
    vectors = encoder.encode([text(document) for document in documents]).astype(np.float16)
    return [
        replace(document, vector=vector)
        for document, vector in zip(documents, vectors, strict=True)
    ]


def text(document: Document) -> str:
    """What an encoder reads of an article."""
    lead = " ".join(document.lead.split()[:LEAD_WORDS])
    return f"{document.title}. {lead}" if lead else document.title


def digest(document: Document, encoder: Encoder) -> bytes:
    """16 bytes that change with the text that is read and with the encoder."""
    return blake2b(f"{encoder.name}\0{text(document)}".encode(), digest_size=16).digest()


def packed(vector: Vector) -> bytes:
    """A vector as it is stored: float16, lowest byte first."""
    return vector.astype("<f2").tobytes()


def unpacked(stored: bytes) -> Vector:
    """A vector that was stored."""
    return np.frombuffer(stored, "<f2").astype(np.float16)

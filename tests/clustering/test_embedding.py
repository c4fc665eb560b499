"""What an encoder is given to read, and how its vectors are kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from articles.clustering.embedding import digest, embedded, packed, reads, text, unpacked
from tests.clustering.news import BRIDGE, HOUR, article
from tests.clustering.semantic import WordEncoder


def test_the_title_and_the_beginning_of_the_lead_are_read():
    lead = " ".join(f"word{number}" for number in range(100))

    assert text(article(1, BRIDGE[0])) == BRIDGE[0]
    assert text(article(1, BRIDGE[0], lead=lead)).split()[-30:] == lead.split()[:30]


def test_documents_come_back_in_order_with_vectors_of_half_precision():
    documents = [article(at, title) for at, title in enumerate(BRIDGE)]

    found = embedded(documents, WordEncoder())

    assert found == documents
    assert all(each.vector is not None and each.vector.dtype == np.float16 for each in found)
    assert embedded([], WordEncoder()) == []


def test_a_digest_changes_with_the_text_and_the_model_and_nothing_else():
    document, model = article(1, BRIDGE[0], lead="Cable inspectors found it."), WordEncoder()
    sign = digest(document, model)

    assert digest(replace(document, source=9, published=HOUR, id=7), model) == sign
    assert digest(replace(document, title=BRIDGE[1]), model) != sign
    assert digest(replace(document, lead="Divers found it."), model) != sign
    assert digest(document, WordEncoder("another")) != sign


def test_a_vector_is_stored_in_two_bytes_a_number_and_comes_back():
    vector = WordEncoder().encode([BRIDGE[0]])[0].astype(np.float16)

    assert len(packed(vector)) == 2 * len(vector)
    assert np.array_equal(unpacked(packed(vector)), vector)


@pytest.mark.parametrize(
    ("languages", "language", "expected"),
    [((), "es", True), (("en",), "en", True), (("en", "de"), "es", False)],
)
def test_a_model_reads_the_languages_it_names_or_all(languages, language, expected):
    assert reads(WordEncoder(languages=languages), language) is expected

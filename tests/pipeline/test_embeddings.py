"""Sentence vectors: computed once for each text and model, stored, read back, forgotten."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.clustering.embedding import unpacked
from articles.models import Article, Embedding
from articles.pipeline import embeddings
from articles.pipeline.grouping import Grouper
from tests.clustering.semantic import WIDTH, WordEncoder
from tests.factories import make_article
from tests.pipeline.worker import PATIENCE

pytestmark = pytest.mark.django_db

TOLD_APART = (
    "Bridge closes after engineers find crack in cable",
    "Span shut: inspectors see flaw in cable",
)
OTHERS = (
    "Mount Kessa erupts, thousands leave villages on its slope",
    "Dunmore Rovers win Lantern Cup after penalties",
    "Museum of Clocks opens a wing for sundials",
)


def report(title: str, **fields) -> Article:
    fields.setdefault("published_at", timezone.now() - timedelta(hours=1))
    return make_article(title=title, excerpt="", **fields)


@pytest.fixture
def models(settings, monkeypatch) -> dict[str, WordEncoder]:
    """What `SEMANTIC_MODEL` may name; "words" is set."""
    known = {"words": WordEncoder("words", ["en"]), "other": WordEncoder("other", ["en"])}
    monkeypatch.setattr(embeddings, "_load", known.__getitem__)
    settings.SEMANTIC_MODEL = "words"
    return known


@pytest.fixture
def model(models: dict[str, WordEncoder]) -> WordEncoder:
    return models["words"]


def embed_articles() -> str:
    out = StringIO()
    call_command("embed_articles", stdout=out)
    return out.getvalue()


def test_without_a_model_nothing_is_computed_or_stored():
    report(OTHERS[0])

    Grouper().group("en")

    assert not Embedding.objects.exists()


def test_an_article_is_embedded_when_it_is_grouped_and_never_again(model):
    articles = [report(title) for title in OTHERS]
    grouper = Grouper()
    grouper.group("en")
    late = report(TOLD_APART[0])
    grouper.group("en")
    Grouper().group("en")

    assert sorted(model.read) == sorted((*OTHERS, TOLD_APART[0]))
    assert set(Embedding.objects.values_list("pk", flat=True)) == {
        each.pk for each in (*articles, late)
    }
    assert len(unpacked(bytes(Embedding.objects.get(pk=late.pk).vector))) == WIDTH


def test_reports_that_mean_the_same_are_one_story_after_a_restart_too(model):
    for title in (*OTHERS, TOLD_APART[0]):
        report(title)
    Grouper().group("en")
    report(TOLD_APART[1])
    Grouper().group("en")  # another process, which reads the vectors back

    one, other = (Article.objects.get(title=title).story_id for title in TOLD_APART)
    assert one == other
    assert len(model.read) == len(OTHERS) + 2


def test_an_edit_is_embedded_again(model):
    article = report(TOLD_APART[0])
    Grouper().group("en")
    before = bytes(Embedding.objects.get().vector)
    Article.objects.filter(pk=article.pk).update(title=OTHERS[0], clustered_at=None)

    Grouper().group("en")

    assert model.read == [TOLD_APART[0], OTHERS[0]]
    assert bytes(Embedding.objects.get().vector) != before


def test_an_article_that_is_grouped_again_unchanged_keeps_its_vector(model):
    report(TOLD_APART[0])
    Grouper().group("en")
    Article.objects.update(clustered_at=None)

    Grouper().group("en")

    assert model.read == [TOLD_APART[0]]


def test_another_model_does_not_read_the_vectors_of_the_one_before(models, settings):
    report(TOLD_APART[0])
    Grouper().group("en")
    settings.SEMANTIC_MODEL = "other"
    Article.objects.update(clustered_at=None)

    Grouper().group("en")

    assert models["other"].read == [TOLD_APART[0]]


def test_a_language_that_the_model_does_not_read_is_grouped_by_words(model):
    report("Cierran el puente de Port Alder por una grieta", language="es")

    Grouper().group("es")

    assert model.read == []
    assert Article.objects.get().story_id is not None


def test_a_vector_goes_with_its_article(model):
    report(TOLD_APART[0])
    Grouper().group("en")

    Article.objects.all().delete()

    assert not Embedding.objects.exists()


def test_vectors_take_two_more_statements_however_many_there_are(model, settings, connection):
    def statements(model_name: str, articles: int) -> int:
        settings.SEMANTIC_MODEL = model_name
        for number in range(articles):
            report(f"{OTHERS[number % 3]} {number}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Grouper().group("en")
        Article.objects.all().delete()
        return len(queries)

    assert statements("words", 3) == statements("words", 60) == statements("", 60) + 2


# -- by hand


def test_what_was_grouped_before_there_was_a_model_is_embedded_by_a_command(model, settings):
    settings.SEMANTIC_MODEL = ""
    for title in (*OTHERS, TOLD_APART[0]):
        report(title)
    report("Old news", published_at=timezone.now() - timedelta(days=99))
    report("Una grieta en el puente", language="es")
    for language in ("en", "es"):
        Grouper().group(language)
    settings.SEMANTIC_MODEL = "words"

    assert embed_articles() == ("4 vectors computed in en.\nThe model does not read es.\n")
    assert sorted(model.read) == sorted((*OTHERS, TOLD_APART[0]))
    assert embed_articles().startswith("0 vectors")

    report(TOLD_APART[1])
    Grouper().group("en")
    assert len(set(Article.objects.filter(title__in=TOLD_APART).values_list("story"))) == 1


def test_the_command_says_that_no_model_is_set():
    with pytest.raises(CommandError, match="SEMANTIC_MODEL is not set"):
        embed_articles()


def test_a_model_that_cannot_be_loaded_stops_what_needs_it(settings, tmp_path):
    settings.SEMANTIC_MODEL = str(tmp_path)
    report(OTHERS[0])
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"title": "Bridge closes", "lang": "en"}\n')

    for command in (["embed_articles"], ["up"], ["evaluate_stories", str(corpus)]):
        options = {"model": str(tmp_path)} if command[0] == "evaluate_stories" else {}
        with pytest.raises(CommandError, match="holds no model"):
            call_command(*command, **options)


@pytest.mark.stack
def test_a_worker_that_groups_ends_at_its_start_if_the_model_cannot_be_loaded(
    worker_environment, tmp_path
):
    worker = subprocess.run(
        [sys.executable, "-m", "celery", "--app", "newsreader", "worker", "--queues", "group"],
        cwd=site.BASE_DIR,
        env=worker_environment | {"SEMANTIC_MODEL": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert worker.returncode == 1
    assert "SEMANTIC_MODEL: the model" in worker.stderr
    assert "holds no model" in worker.stderr

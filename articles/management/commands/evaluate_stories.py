"""Score the grouping on a corpus with known stories: the engine of production, no database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from articles.clustering.embedding import ModelError
from articles.clustering.encoders import load
from articles.clustering.evaluation import BadRowError, Result, backgrounds, measure, read, run
from articles.clustering.scores import Score


class Command(BaseCommand):
    """Print scores for each language of a corpus and for all of it."""

    help = (
        "Group a corpus with known stories as production would, in the order of time, and score "
        "the outcome. CORPUS has one JSON object a line: id, title, text, source, url, published, "
        "lang, story; it may be gzipped. Nothing is stored."
    )
    requires_system_checks = []
    needs_servers = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the corpus and the options."""
        parser.add_argument("corpus", type=Path, metavar="CORPUS")
        parser.add_argument(
            "--background",
            type=Path,
            metavar="CORPUS",
            help="learn how common words are from this corpus, for the languages it has",
        )
        parser.add_argument(
            "--lead",
            type=int,
            metavar="WORDS",
            help="keep so many words of each text, as a feed's excerpt would; all, if not given",
        )
        parser.add_argument(
            "--model",
            metavar="FOLDER_OR_NAME",
            default=settings.SEMANTIC_MODEL,
            help="a sentence-embedding model to group with; that of SEMANTIC_MODEL, if not given",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(
        self,
        *,
        corpus: Path,
        background: Path | None,
        lead: int | None,
        model: str,
        **options: Any,
    ) -> None:
        """Run and print."""
        try:
            behind = backgrounds(read(background)) if background else {}
            encoder = load(model) if model else None
            outcomes = run(read(corpus), background=behind, lead_words=lead, encoder=encoder)
        except (BadRowError, ModelError, OSError) as error:
            raise CommandError(str(error)) from error
        if not outcomes:
            raise CommandError(f"{corpus} has no rows.")
        results = {language: measure([outcome]) for language, outcome in outcomes.items()}
        results["all"] = measure(outcomes.values())
        self.stdout.write(_as_json(results) if options["json"] else _as_table(results))


def _as_json(results: dict[str, Result]) -> str:
    table = {
        name: asdict(result)
        | {key: _with_f1(getattr(result, key)) for key in ("bcubed", "pairwise")}
        for name, result in results.items()
    }
    return json.dumps(table, indent=2)


def _with_f1(score: Score) -> dict[str, float]:
    return asdict(score) | {"f1": score.f1}


def _as_table(results: dict[str, Result]) -> str:
    head = (
        f"{'language':<9} {'articles':>8} {'stories':>8} {'copies':>7}"
        f" {'BCubed P':>9} {'R':>6} {'F1':>6} {'pairs P':>9} {'R':>6} {'F1':>6}"
        f" {'similar':>8} {'links':>7} {'across':>7} {'articles/s':>11}"
    )
    return "\n".join([head, *(_line(name, result) for name, result in results.items())])


def _line(name: str, result: Result) -> str:
    recall = "-" if result.similar_recall is None else f"{result.similar_recall:.3f}"
    return (
        f"{name:<9} {result.articles:>8} {result.stories:>8} {result.copies:>7}"
        f" {_three(result.bcubed, 9)} {_three(result.pairwise, 9)}"
        f" {recall:>8} {result.similar_links:>7} {result.links_across_sources:>7}"
        f" {result.articles_per_second:>11.0f}"
    )


def _three(score: Score, width: int) -> str:
    return f"{score.precision:>{width}.3f} {score.recall:>6.3f} {score.f1:>6.3f}"

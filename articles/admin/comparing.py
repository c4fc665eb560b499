"""What the page that sets stories beside each other is filled with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from articles.pipeline.comparing import Comparison


def columns(compared: Comparison) -> dict[str, Any]:
    """What the page of a comparison needs: a form for each story, and what is done to both."""
    stories = list(dict.fromkeys(column.story for column in compared.columns))
    return {
        "shared": compared.shared,
        "stories": stories,
        "both": [("merge", gettext("Merge")), ("keep_apart", gettext("Keep apart"))]
        if len(stories) > 1
        else [],
        "forms": [
            {
                "story": story,
                "columns": [column for column in compared.columns if column.story == story],
                "target": next((other for other in stories if other != story), None),
            }
            for story in stories
        ],
    }

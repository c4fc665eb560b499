"""Stylesheets and scripts: written as many small files, sent as one of each.

Collecting the static files joins them; there is no build step. Where nothing was collected (DEBUG,
tests) pages link the single files. Both follow the same lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The first names the cascade layers in their order, so the order of the others is free.
STYLES = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/front.css",
    "css/story.css",
    "css/article.css",
    "css/sources.css",
    "css/lists.css",
    "css/search.css",
    "css/print.css",
)
SCRIPTS = (
    "django_htmx/htmx-2.min.js",
    "js/times.js",
    "js/shell.js",
    "js/appearance.js",
    "js/keyboard.js",
    "js/latest.js",
    "js/pictures.js",
    "js/suggest.js",
)
BUNDLES = {"site.css": STYLES, "site.js": SCRIPTS}
SEPARATORS = {"site.css": b"\n", "site.js": b"\n;\n"}


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Adds the bundles to what is collected, to be hashed and compressed like any other file."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            for bundle, parts in BUNDLES.items():
                self._join(bundle, parts)
                paths[bundle] = (self, bundle)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, bundle: str, parts: tuple[str, ...]) -> None:
        contents = []
        for part in parts:
            with self.open(part) as file:
                contents.append(file.read())
        self.delete(bundle)
        self.save(bundle, ContentFile(SEPARATORS[bundle].join(contents)))


def urls(bundle: str) -> list[str]:
    """The addresses of a bundle: one where it was joined, else those of its parts."""
    joined = isinstance(staticfiles_storage, BundlingStorage)
    return [static(name) for name in ([bundle] if joined else BUNDLES[bundle])]

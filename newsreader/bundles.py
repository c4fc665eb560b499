"""Stylesheets and scripts: written as many small files, sent as few.

Collecting the static files joins them; there is no build step. A page holds its styles itself, so
that nothing has to be fetched before it can be painted. The scripts are one file, which a line in
the page asks for once that is on the screen. Where nothing was collected (DEBUG, tests) pages have
the single files. Both follow the same lists.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The first names the cascade layers in their order, so the order of the others is free.
SHARED = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/lists.css",
    "css/suggestions.css",
    "css/print.css",
)
STYLES = {
    "front.css": (*SHARED, "css/front.css"),
    "reading.css": (*SHARED, "css/story.css", "css/article.css"),
    "finding.css": (*SHARED, "css/sources.css", "css/search.css"),
}
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
SCRIPT = "site.js"

# Scripts compete with the first paint for the processor, so they come after it. After `load`, too:
# htmx, fetched between DOMContentLoaded and that, would wait for the former in vain.
_LOADER = """
addEventListener("load", () => new PerformanceObserver((_, painted) => {
  painted.disconnect();
  for (const src of %s) document.head.append(Object.assign(
    document.createElement("script"), { src, async: false }));
}).observe({ type: "paint", buffered: true }));
"""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inline:
    """Styles or a script in a page, and the source by which a policy allows them.

    The source is their digest: CSP Level 3, 2.3.1.
    """

    text: str
    source: str

    @classmethod
    def of(cls, text: str) -> Inline:
        digest = b64encode(sha256(text.encode()).digest()).decode("ascii")
        return cls(text, f"'sha256-{digest}'")


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Adds the joined scripts to what is collected, to be hashed and compressed like any other."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            self.delete(SCRIPT)
            self.save(SCRIPT, ContentFile("\n;\n".join(map(self._read, SCRIPTS))))
            paths[SCRIPT] = (self, SCRIPT)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    @cached_property
    def sheets(self) -> dict[str, Inline]:
        """The styles of each kind of page, joined from what was collected."""
        return {
            name: Inline.of(short("\n".join(map(self._read, parts))))
            for name, parts in STYLES.items()
        }

    def _read(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode("utf-8"))


def short(css: str) -> str:
    """The same styles without comments and line breaks. No string in them holds either."""
    return " ".join(_COMMENT.sub(" ", css).split())


def sheets() -> dict[str, Inline]:
    """The styles that pages hold, by the names of STYLES; none where nothing was collected."""
    storage: object = staticfiles_storage
    return storage.sheets if isinstance(storage, BundlingStorage) else {}


def loader() -> Inline:
    """The line that asks for the scripts: for one where they were joined, else for the parts."""
    joined = isinstance(staticfiles_storage, BundlingStorage)
    urls = [static(name) for name in ([SCRIPT] if joined else SCRIPTS)]
    return Inline.of(" ".join(_LOADER.split()) % json.dumps(urls))

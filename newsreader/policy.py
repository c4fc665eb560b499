"""The Content-Security-Policy of each part of the site."""

from __future__ import annotations

from csp.constants import SELF
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase

from newsreader.bundles import loader, sheets

# The theme's components are Alpine's, which compiles expressions found in the page, and sets the
# attribute `style`; its colours are a <style> in the page. Scripts in a page stay forbidden.
ADMIN = {
    "script-src": [SELF, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
}


class ContentSecurityPolicy(CSPMiddleware):
    """Strict for everyone; the admin, behind its sign-in, gets what its theme needs.

    Of styles and scripts in a page those alone that are ours, by their digests.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response._csp_replace = ADMIN  # type: ignore[attr-defined]
        else:
            response._csp_update = {  # type: ignore[attr-defined]
                "script-src": [loader().source],
                "style-src": [sheet.source for sheet in sheets().values()],
            }
        return super().process_response(request, response)

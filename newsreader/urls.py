"""The site's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
]

handler400 = "articles.web.errors.bad_request"
handler403 = "articles.web.errors.permission_denied"
handler404 = "articles.web.errors.not_found"
handler500 = "articles.web.errors.server_error"

"""The addresses of the reading pages. Editions come last: their slugs must not be other pages'."""

from __future__ import annotations

from django.urls import path
from django.views.generic import TemplateView

from articles.web import (
    appearance,
    articles,
    editions,
    fronts,
    health,
    interface,
    latest,
    manifest,
    push,
    ranking,
    search,
    sources,
    stories,
)

urlpatterns = [
    path("", fronts.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path(
        "robots.txt",
        interface.wordless(
            TemplateView.as_view(template_name="robots.txt", content_type="text/plain")
        ),
        name="robots",
    ),
    path("latest/", latest.latest, name="latest"),
    path("search/", search.search, name="search"),
    path("sources/", sources.directory, name="sources"),
    path("source/<slug:slug>/", sources.source, name="source"),
    path("story/<int:pk>/", stories.story),
    path("story/<int:pk>/<str:slug>/", stories.story, name="story"),
    path("story/<int:pk>/<str:slug>/headlines/", stories.headlines, name="headlines"),
    path("story/<int:pk>/<str:slug>/why/<int:article>/", stories.why, name="why"),
    path("article/<int:pk>/", articles.article),
    path("article/<int:pk>/<str:slug>/", articles.article, name="article"),
    path("websub/<slug:token>/", push.websub, name="websub"),
    path("about/ranking/", ranking.ranking, name="ranking"),
    path("edition/<slug:slug>/", editions.switch, name="edition"),
    path(
        "about/keyboard/",
        TemplateView.as_view(template_name="about/keyboard.html"),
        name="keyboard",
    ),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("appearance/", appearance.switch, name="appearance"),
    path("language/<slug:code>/", interface.switch, name="language"),
    path("<slug:edition>/", fronts.front, name="front"),
    path("<slug:edition>/<slug:topic>/", fronts.topic, name="topic"),
]

"""The addresses of the reading pages. Editions come last: their slugs must not be other pages'."""

from __future__ import annotations

from django.urls import path, register_converter
from django.views.generic import TemplateView

from articles.web import (
    about,
    appearance,
    articles,
    editions,
    fronts,
    health,
    interface,
    latest,
    manifest,
    opml,
    problems,
    push,
    ranking,
    search,
    sitemaps,
    sources,
    stories,
    styleguide,
    syndication,
)

register_converter(syndication.FormatConverter, "format")

machines = [
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap-news"),
    path("sitemap-stories-<int:portion>.xml", sitemaps.stories, name="sitemap-stories"),
    path("sources/feeds.opml", opml.feeds, name="opml"),
    path("latest/feed.<format:kind>", syndication.latest, name="latest-feed"),
    path("search/feed.<format:kind>", syndication.search, name="search-feed"),
    path("source/<slug:slug>/feed.<format:kind>", syndication.source, name="source-feed"),
    path("story/<int:pk>/feed.<format:kind>", syndication.story, name="story-feed"),
    path("story/<int:pk>/<str:slug>/feed.<format:kind>", syndication.story),
    path("<slug:edition>/feed.<format:kind>", syndication.front, name="front-feed"),
    path("<slug:edition>/<slug:topic>/feed.<format:kind>", syndication.front, name="topic-feed"),
]

urlpatterns = [
    *machines,
    path("", fronts.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("latest/", latest.latest, name="latest"),
    path("latest/since/", latest.since, name="since"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("sources/", sources.directory, name="sources"),
    path("source/<slug:slug>/", sources.source, name="source"),
    path("story/<int:pk>/", stories.story),
    path("story/<int:pk>/<str:slug>/", stories.story, name="story"),
    path("story/<int:pk>/<str:slug>/headlines/", stories.headlines, name="headlines"),
    path("story/<int:pk>/<str:slug>/why/<int:article>/", stories.why, name="why"),
    path("article/<int:pk>/", articles.article),
    path("article/<int:pk>/<str:slug>/", articles.article, name="article"),
    path("problem/article/<int:pk>/", problems.article, name="article-problem"),
    path("problem/story/<int:pk>/", problems.story, name="story-problem"),
    path("problem/thanks/", problems.thanks, name="problem-thanks"),
    path("websub/<slug:token>/", push.websub, name="websub"),
    path("about/", about.about, name="about"),
    path("about/ranking/", ranking.ranking, name="ranking"),
    path("edition/<slug:slug>/", editions.switch, name="edition"),
    path(
        "about/keyboard/",
        TemplateView.as_view(template_name="about/keyboard.html"),
        name="keyboard",
    ),
    path("manifest.webmanifest", manifest.manifest, name="manifest"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("appearance/", appearance.switch, name="appearance"),
    path("language/<slug:code>/", interface.switch, name="language"),
    path("<slug:edition>/", fronts.front, name="front"),
    path("<slug:edition>/<slug:topic>/", fronts.topic, name="topic"),
]

"""The application's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("News")

    def ready(self) -> None:
        from articles.permissions import keep_groups  # noqa: PLC0415 - it needs models

        # Permissions come with the same signal, earlier: `auth` connected first.
        post_migrate.connect(keep_groups, sender=self)

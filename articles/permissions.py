"""Who may do what at the desk: the two groups, in one table.

`migrate` brings the groups to exactly this, and so takes back what was added to them by hand: who
is to have more gets a group of another name beside them.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import Group, Permission

log = logging.getLogger(__name__)

CURATOR, EDITOR = "Curator", "Editor"

_CURATING = frozenset(
    {
        *("articles.view_source", "articles.add_source", "articles.change_source"),
        *("articles.delete_source", "articles.view_feed", "articles.add_feed"),
        *("articles.change_feed", "articles.delete_feed", "articles.view_edition"),
        *("articles.view_topic", "articles.add_topic", "articles.change_topic"),
        *("articles.view_article", "articles.change_article"),
        *("articles.view_problem", "articles.change_problem"),
        *("articles.view_story", "articles.change_story", "articles.view_correction"),
        "articles.view_page",
        "articles.view_doubt",
    }
)

_EDITING = frozenset(
    {
        *("articles.add_edition", "articles.change_edition", "articles.delete_edition"),
        *("articles.delete_topic", "articles.view_auditentry"),
        *("articles.take_down", "articles.view_takedown"),
        "articles.weigh_source",
        *("auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group"),
    }
)

GROUPS = {CURATOR: _CURATING, EDITOR: _CURATING | _EDITING}
"""Name of a group → its permissions, as `application.codename`."""


def keep_groups(using: str, **signal: Any) -> None:
    """Make the groups what the table says. Receives `post_migrate`; writes only differences.

    A permission that a partial migration has not brought yet comes with the rest of it.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        found = [known[permission] for permission in wanted & known.keys()]
        if set(found) != set(group.permissions.all()):
            group.permissions.set(found)
            log.info("The group %s has %d permissions now.", name, len(found))

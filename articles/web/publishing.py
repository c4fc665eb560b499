"""How a source publishes, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Feed
from articles.selectors.days import Output
from articles.web import wording


def rhythm(output: Output | None, feeds: Sequence[Feed]) -> str:
    """ "about 40 articles a day, checked about every 20 minutes"; empty where neither is known."""
    asked = [feed.interval for feed in feeds if wording.health(feed).state == "good"]
    return ", ".join(
        filter(None, (_pace(output) if output else "", wording.rhythm(min(asked)) if asked else ""))
    )


def _pace(output: Output) -> str:
    if output.a_day >= 1:
        count = round(output.a_day)
        words = ngettext("about %(count)s article a day", "about %(count)s articles a day", count)
        return words % {"count": wording.number(count)}
    count = max(1, round(7 * output.a_day))
    words = ngettext("about %(count)s article a week", "about %(count)s articles a week", count)
    return words % {"count": wording.number(count)}


def own_share(output: Output) -> str:
    """How much of what it published was reported by itself."""
    days = len(output.days)
    counted = ngettext("%(count)s article", "%(count)s articles", output.articles) % {
        "count": wording.number(output.articles)
    }
    span = ngettext("the last day", "the last %(count)d days", days) % {"count": days}
    values = {"articles": counted, "span": span}
    if not output.copies:
        return _("%(articles)s on %(span)s, none of them a copy of another outlet’s.") % values
    share = wording.percent(output.independent / output.articles)
    return _(
        "%(articles)s on %(span)s. %(share)s are reports of its own; the others carry a text that"
        " another outlet has too."
    ) % {**values, "share": share}

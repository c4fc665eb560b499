"""The numbers of grouping, in one place, with how they were obtained.

The weights of `Likeness` are a logistic regression over pairs of articles that share a word; `join`
and `size_power` are the middle of the flat top of a grid. `benchmarks/tune_stories.py` printed
both for four corpora: a week's front-page headlines, a month's headlines on one great event in
English and the same in Spanish, and articles of several years cut to 60 words. It scores each with
weights learnt from the others only, so that nothing is fitted to the labels it is measured with;
BCubed F1 was then .847, .761, .766 and .777, and within .02 of that all over the grid. The
other numbers were tried one at a time with `manage.py evaluate_stories` and hardly matter.

Those of `Parameters.semantic` were learnt in the same way from the three corpora in English, with
vectors by all-MiniLM-L6-v2 (`--model`): .862, .773 and .779 with weights learnt from the others, at
the best `join` of .45. Instead the bias is lowered by .4, as much as lies between .45 and .35 in
log-odds, so that one `join` serves both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

DAY: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """Log-odds that two articles report one event, from cosine and the days between them."""

    bias: float = -6.43
    root: float = 12.92
    """Weight of the square root of the cosine."""
    root_rest: float = 0.75
    """... and of the cosine without the one word that adds most to it."""
    days: float = -0.41
    cosine_days: float = -2.42
    """Weight of cosine x days: the older, the more alike two reports must be."""
    meaning: float = 0.0
    """Weight of the cosine of whitened sentence vectors."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that can be tuned."""

    likeness: Likeness = field(default_factory=Likeness)
    """For articles of which one has no sentence vector."""
    semantic: Likeness = Likeness(-6.47, 9.37, 0.67, -0.17, -3.13, 6.63)
    """... and for those that both have one."""
    vector_strength: float = 100.0
    """The covariance of vectors is blended with that of so many that point anywhere."""
    vector_ridge: float = 1.0
    """What is added to the variance of every direction before whitening, in average variances."""
    lead_words: int = 120
    """Words of the lead that are read for grouping; headlines and leads tell the event."""
    lead_weight: float = 0.6
    """Weight of a word that only the lead has; a word of the title has 1."""
    prior_strength: float = 1000.0
    """The background weighs as much as so many articles of the window."""
    window_days: float = 15.0
    """How long an article stays in the window where grouping is measured: as long as the worker
    keeps it by default, `STORY_WINDOW_DAYS` and a day for those that are late."""
    story_days: float = 6.0
    """Two articles further apart than this never speak for one story."""
    join: float = 0.35
    """The linkage from which articles make one story."""
    size_power: float = 0.8
    """Linkage is the sum of likeness over (size x size) to this power: 1 would be the average."""
    edge_floor: float = 0.07
    """Likeness below this counts as none."""
    regroup_share: float = 0.1
    """A story is looked at again once so much of it is new."""
    regroup_reach: float = 0.3
    """... together with stories whose linkage to it is this share of `join`."""
    regroup_limit: int = 400
    """... up to so many articles."""
    copy_cosine: float = 0.3
    """Articles less alike than this are not compared as copies."""
    similar_floor: float = 0.1
    """Cosine below which an article is not similar news."""
    similar_days: float = 0.5
    """After so many days an article counts half as similar news for what it has above the floor."""
    similar_limit: int = 8
    similar_per_source: int = 3
    """An outlet's follow-ups are similar news too, its own as well, but do not fill a list."""
    candidates: int = 80
    """Articles compared in full with a new one, at most."""
    candidate_days: float = 12.0
    """An article so many days away must promise twice as much to be one of them."""
    relink_until: int = 4096
    """Up to this size all articles are compared anew whenever the window has doubled: the
    weights of words learnt from a few hundred articles are still changing."""
    postings: int = 2048
    """Entries of the index read for one article, at most, the rarest words first."""


DEFAULT: Final = Parameters()

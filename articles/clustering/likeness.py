"""How much two articles speak for one story, and how near they are as news."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from articles.clustering.parameters import Likeness, Parameters


def likeness(
    cosine: NDArray[np.float32],
    rest: NDArray[np.float32],
    days: NDArray[np.float64],
    parameters: Parameters,
    meaning: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """Probability that pairs of articles report one event, 0 to 1.

    `rest` is the cosine without its greatest summand, `days` the days between each two, `meaning`
    the cosine of sentence vectors, NaN where there is none. A logistic model, one for pairs with
    vectors and one for those without; beyond `story_days` it is 0.
    """
    near = days <= parameters.story_days
    apart = np.where(near, days, 0.0)
    odds = _odds(cosine, rest, apart, parameters.likeness)
    if meaning is not None:
        semantic = parameters.semantic
        told = _odds(cosine, rest, apart, semantic) + semantic.meaning * meaning
        odds = np.where(np.isnan(meaning), odds, told)
    return np.where(near, 1.0 / (1.0 + np.exp(-odds)), 0.0)


def _odds(
    cosine: NDArray[np.float32],
    rest: NDArray[np.float32],
    apart: NDArray[np.float64],
    weights: Likeness,
) -> NDArray[np.float64]:
    """Log-odds by words and time."""
    return (
        weights.bias
        + weights.root * np.sqrt(cosine)
        + weights.root_rest * np.sqrt(rest)
        + (weights.days + weights.cosine_days * cosine) * apart
    )


def nearness(
    cosine: NDArray[np.float32],
    days: NDArray[np.float64],
    parameters: Parameters,
    meaning: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """How well pairs of articles serve as similar news of each other, 0 to 1.

    Where both have a sentence vector, the mean of the two cosines counts. What it has above
    `similar_floor` counts less with the days between the two, half as much after `similar_days`;
    it falls as a hyperbola so that months apart words still decide.
    """
    if meaning is not None:
        both = (cosine + np.maximum(meaning, 0.0)) / 2
        cosine = np.where(np.isnan(meaning), cosine, both)
    floor = parameters.similar_floor
    above = (cosine - floor) / (1.0 + days / parameters.similar_days)
    return np.where(cosine >= floor, floor + above, 0.0)

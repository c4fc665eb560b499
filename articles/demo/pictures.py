"""Pictures for the invented news: simple landscapes, drawn as SVG from a report's name."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

WIDTH, HEIGHT = 1200, 675


def picture(key: str, scene: str) -> str:
    """An SVG of 1200 by 675 units, always the same for the same key; KeyError for no such scene."""
    dice = random.Random(key)  # noqa: S311 (decoration)
    hue = dice.randrange(360)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">'
        f'<linearGradient id="sky" x2="0" y2="1"><stop stop-color="{_colour(hue, 38, 34)}"/>'
        f'<stop offset="1" stop-color="{_colour(hue + 40, 48, 80)}"/></linearGradient>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#sky)"/>'
        f"{SCENES[scene](dice, hue)}</svg>\n"
    )


def _colour(hue: float, saturation: int, lightness: int) -> str:
    return f"hsl({hue % 360:.0f} {saturation}% {lightness}%)"


def _sun(dice: random.Random, hue: int) -> str:
    x, y = dice.randrange(200, WIDTH - 200), dice.randrange(130, 330)
    radius, fill = dice.randrange(50, 90), _colour(hue + 60, 90, 88)
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>'


def _ridge(dice: random.Random, base: float, height: float, fill: str) -> str:
    """A band from the bottom up to a wavy line."""
    phase, waves = dice.random() * math.tau, dice.uniform(1.2, 3.2)
    points = (
        f"{x},{base - height * math.sin(phase + waves * math.tau * x / WIDTH):.0f}"
        for x in range(0, WIDTH + 1, 40)
    )
    return f'<path d="M0,{HEIGHT} L{" ".join(points)} L{WIDTH},{HEIGHT}Z" fill="{fill}"/>'


def _hills(dice: random.Random, hue: int) -> str:
    ridges = (
        _ridge(
            dice, 400 + 75 * layer, 60 - 10 * layer, _colour(hue + 20 * layer, 35, 48 - 11 * layer)
        )
        for layer in range(4)
    )
    return _sun(dice, hue) + "".join(ridges)


def _sea(dice: random.Random, hue: int) -> str:
    waves = (
        _ridge(dice, 430 + 50 * layer, 9 + 3 * layer, _colour(205 + 6 * layer, 50, 50 - 8 * layer))
        for layer in range(5)
    )
    x = dice.randrange(300, 850)
    boat = f'<path d="M{x},420 h150 l-28,42 h-94Z M{x + 70},412 v-120 l64,112Z" fill="#f6f1e6"/>'
    return _sun(dice, hue) + boat + "".join(waves)


def _skyline(dice: random.Random, hue: int) -> str:
    parts, x = [_sun(dice, hue)], 0
    while x < WIDTH:
        width, height = dice.randrange(60, 130), dice.randrange(150, 430)
        fill = _colour(hue + 200, 22, dice.randrange(16, 34))
        top = HEIGHT - height
        parts.append(f'<rect x="{x}" y="{top}" width="{width}" height="{height}" fill="{fill}"/>')
        parts.extend(
            f'<rect x="{x + 14 + 22 * (n % 3)}" y="{top + 20 + 34 * (n // 3)}" width="10" '
            f'height="16" fill="{_colour(50, 90, 72)}"/>'
            for n in range(3 * (height // 40))
            if dice.random() < 0.4 and 24 + 22 * (n % 3) < width - 8
        )
        x += width + 4
    return "".join(parts)


def _pitch(dice: random.Random, hue: int) -> str:
    stripes = "".join(
        f'<path d="M{120 * n},675 L{300 + 60 * n},300 h60 L{120 * n + 120},675Z" '
        f'fill="{_colour(120, 38, 36 + 5 * (n % 2))}"/>'
        for n in range(-6, 16)
    )
    x, y = dice.randrange(300, 900), dice.randrange(440, 600)
    ball = f'<circle cx="{x}" cy="{y}" r="22" fill="#fff"/>'
    lines = (
        '<path d="M0,430 H1200 M380,430 v-90 h440 v90" stroke="#fff" stroke-width="6" fill="none"/>'
    )
    crowd = f'<rect y="210" width="{WIDTH}" height="92" fill="{_colour(hue + 180, 25, 25)}"/>'
    return crowd + stripes + lines + ball


def _stars(dice: random.Random, hue: int) -> str:
    night = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_colour(215 + hue % 50, 45, 12)}"/>'
    stars = "".join(
        f'<circle cx="{dice.randrange(WIDTH)}" cy="{dice.randrange(HEIGHT)}" '
        f'r="{dice.uniform(0.8, 3):.1f}" fill="#fff"/>'
        for _ in range(140)
    )
    x, y, radius = dice.randrange(350, 850), dice.randrange(250, 430), dice.randrange(110, 190)
    planet = (
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{_colour(hue + 150, 55, 55)}"/>'
        f'<circle cx="{x - radius * 0.3:.0f}" cy="{y - radius * 0.3:.0f}" r="{radius * 0.6:.0f}" '
        f'fill="{_colour(hue + 150, 60, 65)}"/>'
    )
    return night + stars + planet


def _frames(dice: random.Random, hue: int) -> str:
    parts = []
    for n in range(4):
        x, y = 90 + 275 * n, dice.randrange(120, 220)
        width, height = dice.randrange(170, 230), dice.randrange(220, 330)
        parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" stroke-width="14" '
            f'fill="{_colour(hue + 90 * n, 55, 60)}" stroke="{_colour(38, 45, 30)}"/>'
            f'<circle cx="{x + width / 2:.0f}" cy="{y + height / 2:.0f}" '
            f'r="{dice.randrange(30, 70)}" fill="{_colour(hue + 90 * n + 160, 60, 45)}"/>'
        )
    floor = f'<rect y="590" width="{WIDTH}" height="85" fill="{_colour(30, 35, 28)}"/>'
    return floor + "".join(parts)


SCENES: dict[str, Callable[[random.Random, int], str]] = {
    "frames": _frames,
    "hills": _hills,
    "pitch": _pitch,
    "sea": _sea,
    "skyline": _skyline,
    "stars": _stars,
}

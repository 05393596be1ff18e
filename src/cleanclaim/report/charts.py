"""Charts as inline SVG, readable on screen and in print, with their numbers as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_INK: Final = "#1f2933"
_GRID: Final = "#d9dee3"
COLORS: Final = (
    "#1f5fa8",
    "#c2571a",
    "#2f7d4f",
    "#7a4fa3",
    "#8a6d1a",
    "#a33b5c",
    "#37808a",
    "#5b6570",
)
"""Told apart by people who don't see red and green, and in gray by their lightness."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart.

    Attributes:
        name: what it is.
        value: its length.
        shown: its value as text.
        is_marked: True to draw it in the color of what stands out.
    """

    name: str
    value: float
    shown: str
    is_marked: bool = False


def bars(
    title: str, items: Sequence[Bar], *, limit: float | None = None, line: float | None = None
) -> str:
    """Horizontal bars, one below the other.

    Args:
        title: what the chart shows, for those who can't see it too.
        items: the bars.
        limit: the value at the right end; by default the longest bar.
        line: a value at which a line is drawn, such as a standard.
    """
    longest = max([limit or 0.0, *(item.value for item in items)]) or 1.0
    names = min(260, 20 + max((len(item.name) for item in items), default=0) * 7)
    wide, high = 720, 22
    room = wide - names - 90
    height = len(items) * high + 12
    parts = [_open(wide, height, title)]
    for n, item in enumerate(items):
        top = n * high + 6
        length = max(0.0, item.value) / longest * room
        color = COLORS[1] if item.is_marked else COLORS[0]
        parts.append(_text(names - 8, top + 13, item.name, anchor="end"))
        parts.append(f'<rect x="{names}" y="{top + 2}" width="{length:.1f}" height="{high - 7}" fill="{color}"/>')  # fmt: skip
        parts.append(_text(names + length + 6, top + 13, item.shown))
    if line is not None:
        x = names + line / longest * room
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="{_INK}" stroke-dasharray="4 3"/>')  # fmt: skip
    return "".join([*parts, "</svg>"])


def shares(title: str, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str]) -> str:
    """Bars of parts that make up a whole, with a key.

    Args:
        title: what the chart shows.
        rows: a name and its parts, each between 0 and 1.
        names: what the parts are.
    """
    left, high, wide = min(260, 20 + max((len(name) for name, _ in rows), default=0) * 7), 24, 720
    room = wide - left - 10
    height = len(rows) * high + 34
    parts = [_open(wide, height, title)]
    for n, (name, values) in enumerate(rows):
        top, x = n * high + 4, float(left)
        parts.append(_text(left - 8, top + 14, name, anchor="end"))
        for k, value in enumerate(values):
            width = value * room
            parts.append(_part(x, top + 2, width, high - 7, COLORS[k % len(COLORS)]))
            if width > 34:
                parts.append(_text(x + width / 2, top + 14, f"{value:.0%}", anchor="middle", fill="#fff"))  # fmt: skip
            x += width
    x = float(left)
    for k, name in enumerate(names):
        parts += _key(x, height - 20, COLORS[k % len(COLORS)], name)
        x += 34 + len(name) * 7.5
    return "".join([*parts, "</svg>"])


def lines(
    title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]
) -> str:
    """Lines over time, with a key; a missing value leaves a gap.

    Args:
        title: what the chart shows.
        labels: the points in time.
        series: a name and its values.
    """
    wide, left = 720, 56
    per_row = 3
    keys = -(-len(series) // per_row) * 18
    height, bottom = 232 + keys, 28 + keys
    most = max([value for _, values in series for value in values if value is not None], default=0.0) or 1.0  # fmt: skip
    step = (wide - left - 20) / max(len(labels) - 1, 1)
    floor = height - bottom

    def at(n: int, value: float) -> tuple[float, float]:
        return left + n * step, floor - value / most * (floor - 14)

    parts = [_open(wide, height, title)]
    for share in (0.0, 0.5, 1.0):
        y = floor - share * (floor - 14)
        parts.append(f'<line x1="{left}" x2="{wide - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_GRID}"/>')  # fmt: skip
        parts.append(_text(left - 6, y + 4, f"{most * share:,.4g}", anchor="end"))
    every = max(1, -(-len(labels) // 8))
    for n, label in enumerate(labels):
        if n % every == 0:
            parts.append(_text(left + n * step, floor + 16, label, anchor="middle"))
    for k, (name, values) in enumerate(series):
        color = COLORS[k % len(COLORS)]
        parts.append(f'<g class="series" data-series="{k}">')
        for run in _runs(values):
            points = [at(n, value) for n, value in run]
            path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')  # fmt: skip
            parts += [_point(at(n, value), color, f"{name}, {labels[n]}: {value:,.4g}") for n, value in run]  # fmt: skip
        row, column = divmod(k, per_row)
        key = _key(left + column * 220, height - keys + row * 18 + 2, color, name)
        parts += ["</g>", f'<g class="key" data-series="{k}">', *key, "</g>"]
    return "".join([*parts, "</svg>"])


def _part(x: float, y: float, wide: float, high: float, color: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}" fill="{color}" stroke="#fff"/>'


def _point(place: tuple[float, float], color: str, words: str) -> str:
    """A point of a line, with the words that a browser shows at it."""
    x, y = place
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"><title>{escape(words)}</title></circle>'


def _key(x: float, y: float, color: str, name: str) -> list[str]:
    """A color and what it is."""
    box = f'<rect x="{x:.1f}" y="{y:.1f}" width="12" height="12" fill="{color}"/>'
    return [box, _text(x + 17, y + 10, name)]


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of values without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for n, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((n, value))
    return [run for run in runs if run]


def _open(wide: float, height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = _INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
    )

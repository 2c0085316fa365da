"""Curves as SVG: blood pressure, weight and fundal height over gestational weeks, without script.

https://www.w3.org/TR/SVG11/. No reference band is drawn: Norwegian percentiles for fundal height and weight are not
established here. The lines at 140 and 90 mmHg are the limits of the rules (docs/safety.md).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.pregnancy.card import View
from app.pregnancy.described import Point, Series
from app.render.markup import Html, el, joined
from app.render.words import Words

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 44, 12, 22
LIMITS = {"blood-pressure": (140.0, 90.0)}
CHARTED = ("blood-pressure", "weight", "fundal-height")
INK = ("#0d4f5c", "#1f7a6e")
SOFT = "#4d5866"
Placed = tuple[float, float, float, bool]  # across, up, the value, whether it is confirmed
FRAME = {  # what makes the drawing complete by itself
    "viewBox": f"0 0 {WIDTH} {HEIGHT}",
    "xmlns": "http://www.w3.org/2000/svg",
    "font_family": "Source Sans Pro",
    "font_size": "12",
    "fill": SOFT,
}


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers from ``low`` to ``high`` on pixels from ``start`` to ``end``, with a tick each ``step``."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        return [self.low + index * self.step for index in range(count + 1)]


def axis(values: Sequence[float], start: float, end: float, *, steps: tuple[float, ...], most: int) -> Axis:
    """The axis with the finest of ``steps`` that needs at most ``most`` of them."""
    for step in steps:
        low, high = math.floor(min(values) / step) * step, math.ceil(max(values) / step) * step
        high = high if high > low else low + step
        if (high - low) / step <= most:
            break
    return Axis(low, high, step, start, end)


def chart(series: Series, view: View, words: Words) -> Html | None:
    """The curve of ``series`` with its name, or None where fewer than two readings can be placed on it."""
    found = drawing(series, view, words)
    return el("figure", el("figcaption", caption(series, words)), found) if found else None


def caption(series: Series, words: Words) -> str:
    return f"{words(series.kind)}, {series.unit}"


def told(series: Series, words: Words) -> str:
    """The curve in words, for who does not see it."""
    latest = series.latest
    written = "/".join(map(words.number, latest.values))
    return words(
        "chart", name=words(series.kind), count=str(len(series.points)), value=written, unit=series.unit,
        date=words.date(latest.day),
    )  # fmt: skip


def drawing(series: Series, view: View, words: Words) -> Html | None:
    """The curve alone, complete by itself."""
    dated = [(age.days / 7, point) for point in series.points if (age := view.age_on(point.day))]
    numbers = [value for _, point in dated for value in point.values if value is not None]
    if len(dated) < 2 or not numbers:  # noqa: PLR2004 (a curve needs two points)
        return None
    limits = LIMITS.get(series.kind, ())
    across = axis([week for week, _ in dated], LEFT, WIDTH - RIGHT, steps=(1, 2, 4, 8), most=8)
    up = axis([*numbers, *limits], HEIGHT - BOTTOM, TOP, steps=(1, 2, 5, 10, 20, 50, 100, 500), most=5)
    lines = [
        _curve(_placed(dated, index, across, up), INK[index], words)
        for index in range(len(series.points[0].values))
    ]
    described = told(series, words)
    return el(
        "svg",
        el("title", described),
        *_grid(across, up),
        *(_limit(up.at(limit), words.number(limit), words("limit")) for limit in limits),
        *lines,
        el("text", words("chart-week"), x=f"{WIDTH - RIGHT + 12}", y=f"{HEIGHT - BOTTOM + 15}"),
        role="img",
        aria_label=described,
        **FRAME,
    )


def _placed(dated: Sequence[tuple[float, Point]], index: int, across: Axis, up: Axis) -> list[Placed]:
    return [
        (across.at(week), up.at(value), value, point.fact.confirmed)
        for week, point in dated
        if (value := point.values[index]) is not None
    ]


def _grid(across: Axis, up: Axis) -> list[Html]:
    level = f"{HEIGHT - BOTTOM + 15}"
    rows = [
        el("text", f"{tick:g}", x=f"{across.at(tick)}", y=level, text_anchor="middle")
        for tick in across.ticks()
    ]
    for tick in up.ticks():
        y = f"{up.at(tick)}"
        rows.append(el("line", x1=f"{LEFT}", x2=f"{WIDTH - RIGHT}", y1=y, y2=y, stroke="#e3e7ec"))
        rows.append(el("text", f"{tick:g}", x=f"{LEFT - 6}", y=f"{up.at(tick) + 4}", text_anchor="end"))
    return rows


def _limit(y: float, number: str, word: str) -> Html:
    line = el(
        "line",
        x1=f"{LEFT}",
        x2=f"{WIDTH - RIGHT}",
        y1=f"{y}",
        y2=f"{y}",
        stroke="#9b1420",
        stroke_dasharray="4 4",
    )
    return joined(line, el("text", f"{word} {number}", x=f"{LEFT + 3}", y=f"{y - 3}"))


def _curve(points: list[Placed], ink: str, words: Words) -> Html:
    """Hollow points are what she reported herself."""
    if not points:
        return Html("")
    path = " ".join(f"{x},{y}" for x, y, _, _ in points)
    dots = [
        el("circle", cx=f"{x}", cy=f"{y}", r="3.5", fill=ink if confirmed else "#fff", stroke=ink, stroke_width="1.5")
        for x, y, _, confirmed in points
    ]  # fmt: skip
    x, y, value, _ = points[-1]
    return joined(
        el("polyline", points=path, fill="none", stroke=ink, stroke_width="2"),
        *dots,
        el(
            "text",
            words.number(value),
            x=f"{x + 7}",
            y=f"{y + 4}",
            class_="now",
            font_weight="bold",
            fill="#1b2430",
        ),
    )

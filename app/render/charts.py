"""Curves as SVG: blood pressure, weight and fundal height over gestational weeks, without script.

https://www.w3.org/TR/SVG11/. A band is drawn where its source is established (app/pregnancy/bands.py): what she is
recommended to weigh at term, for clinicians. Norwegian percentiles for fundal height are not. The lines at 140 and 90 mmHg are the limits of the rules (docs/safety.md), from Norsk gynekologisk
forening's definition of hypertension in pregnancy. All curves of a kind have the same axes, as on the paper card, so
that one woman's steepness can be told from another's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.pregnancy.bands import Recommended
from app.pregnancy.card import View
from app.pregnancy.described import Point, Series
from app.render.markup import Html, el, joined
from app.render.words import Words

WIDTH, HEIGHT = 360, 190
TOP, BOTTOM = 12, 22
TO_TERM = 40.0
INK = ("#0d4f5c", "#1f7a6e")
SOFT = "#4d5866"
Placed = tuple[float, float, float, bool]  # across, up, the value, whether it is confirmed
FRAME = {  # what makes the drawing complete by itself
    "xmlns": "http://www.w3.org/2000/svg",
    "font_family": "Source Sans Pro",
    "fill": SOFT,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a kind of curve always shows: from which week, which values, and the limits drawn across it."""

    week: float
    values: tuple[float, ...] = ()
    limits: tuple[float, ...] = ()


CHARTED: dict[str, Frame] = {
    "blood-pressure": Frame(8, (60, 160), (140, 90)),
    "weight": Frame(8),
    "fundal-height": Frame(20, (20, 40)),
}


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a curve is drawn on, 360 wide: its height, the size of its letters, and the room left and right of it."""

    height: int = HEIGHT
    letters: int = 13
    left: int = 34
    right: int = 52


USUAL = Canvas()
TALL = Canvas(height=410)  # alone beside two others
SMALL = Canvas(letters=17, left=40, right=58)  # three in a row on paper, where all else gets small


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
    if found is None:
        return None
    said = banded(series, view, words)
    band_ = el("p", said, class_="soft small") if said else None
    return el("figure", el("figcaption", caption(series, words)), found, band_)


def band(series: Series, view: View) -> Recommended | None:
    """The band of a curve, for whom it is written."""
    shown = series.kind == "weight" and view.audience == "clinician"
    return view.described.recommended if shown else None


def caption(series: Series, words: Words) -> str:
    """What is drawn."""
    return f"{words(series.kind)}, {series.unit}"


def banded(series: Series, view: View, words: Words) -> str:
    """What the band of a curve is, and where it is from; empty without one."""
    found = band(series, view)
    if found is None:
        return ""
    low, high, bmi = map(words.number, (found.low, found.high, found.bmi))
    return words("gain-band", low=low, high=high, bmi=bmi, source=found.source)


def legend(words: Words) -> str:
    """What the marks of the curves mean, and where their limits come from."""
    return f"{words('legend')} {words('no-band')}"


def told(series: Series, words: Words) -> str:
    """The curve in words, for who does not see it."""
    latest = series.latest
    written = "/".join(map(words.number, latest.values))
    return words(
        "chart", name=words(series.kind), count=str(len(series.points)), value=written, unit=series.unit,
        date=words.date(latest.day),
    )  # fmt: skip


def drawing(series: Series, view: View, words: Words, canvas: Canvas = USUAL) -> Html | None:
    """The curve alone, complete by itself."""
    dated = [(age.days / 7, point) for point in series.points if (age := view.age_on(point.day))]
    numbers = [value for _, point in dated for value in point.values if value is not None]
    if len(dated) < 2 or not numbers:  # noqa: PLR2004 (a curve needs two points)
        return None
    frame = CHARTED.get(series.kind, Frame(8))
    weeks = [*(week for week, _ in dated), frame.week, TO_TERM]
    across = axis(weeks, canvas.left, WIDTH - canvas.right, steps=(4, 8), most=10)
    most, found = 5 * canvas.height // HEIGHT, band(series, view)
    ends = (found.low, found.high) if found else ()
    up = axis(
        [*numbers, *frame.values, *ends],
        canvas.height - BOTTOM,
        TOP,
        steps=(1, 2, 5, 10, 20, 50, 100, 500),
        most=most,
    )
    lines = [
        _curve(_placed(dated, index, across, up), index, words)
        for index in range(len(series.points[0].values))
    ]
    limits = (_limit(across, up.at(limit), words.number(limit), words("limit")) for limit in frame.limits)
    drawn = [*_grid(across, up, words), *(_band(across, up, found) if found else ()), *limits, *lines]
    return _picture(told(series, words), *drawn, canvas=canvas)


def _picture(described: str, *parts: Html, canvas: Canvas) -> Html:
    size = {"viewBox": f"0 0 {WIDTH} {canvas.height}", "font_size": f"{canvas.letters}"}
    return el("svg", el("title", described), *parts, role="img", aria_label=described, **size, **FRAME)


def _placed(dated: Sequence[tuple[float, Point]], index: int, across: Axis, up: Axis) -> list[Placed]:
    return [
        (across.at(week), up.at(value), value, point.fact.confirmed)
        for week, point in dated
        if (value := point.values[index]) is not None
    ]


def _grid(across: Axis, up: Axis, words: Words) -> list[Html]:
    level = f"{up.start + 16:g}"
    rows = [el("text", words("chart-week"), x=f"{WIDTH}", y=level, text_anchor="end")]
    rows += [
        el("text", f"{tick:g}", x=f"{across.at(tick)}", y=level, text_anchor="middle")
        for tick in across.ticks()
    ]
    for tick in up.ticks():
        y = f"{up.at(tick)}"
        ends = {"x1": f"{across.start:g}", "x2": f"{across.end:g}"}
        rows.append(el("line", **ends, y1=y, y2=y, stroke="#dde2e8", class_="g"))
        rows.append(
            el("text", f"{tick:g}", x=f"{across.start - 6:g}", y=f"{up.at(tick) + 4}", text_anchor="end")
        )
    return rows


def _band(across: Axis, up: Axis, found: Recommended) -> list[Html]:
    """The recommended weight at term, as an upright bar at its week."""
    x, top, bottom = across.at(TO_TERM), up.at(found.high), up.at(found.low)
    size = {"x": f"{x - 4}", "y": f"{top}", "width": "8", "height": f"{round(bottom - top, 1)}"}
    return [el("rect", **size, fill="#1f7a6e", fill_opacity="0.25", stroke="#1f7a6e", class_="band")]


def _limit(across: Axis, y: float, number: str, word: str) -> Html:
    line = el(
        "line",
        x1=f"{across.start:g}",
        x2=f"{across.end:g}",
        y1=f"{y}",
        y2=f"{y}",
        stroke="#9b1420",
        stroke_dasharray="4 4",
        class_="limit",
    )
    return joined(line, el("text", f"{word} {number}", x=f"{across.start + 3:g}", y=f"{y - 4}"))


def _curve(points: list[Placed], index: int, words: Words) -> Html:
    """Hollow points are what she reported herself."""
    if not points:
        return Html("")
    ink, name = INK[index], f"c{index}"
    path = " ".join(f"{x},{y}" for x, y, _, _ in points)
    dots = [
        el("circle", cx=f"{x}", cy=f"{y}", r="3.5", fill=ink if confirmed else "#fff", stroke=ink, stroke_width="1.5",
           class_=name if confirmed else f"{name} hers")
        for x, y, _, confirmed in points
    ]  # fmt: skip
    x, y, value, _ = points[-1]
    return joined(
        el("polyline", points=path, fill="none", stroke=ink, stroke_width="2", class_=name),
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

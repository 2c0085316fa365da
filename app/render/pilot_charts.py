"""Bars as SVG for the pilot's report, complete by themselves: https://www.w3.org/TR/SVG11/. None is a withheld number."""

from collections.abc import Sequence

from app.render.markup import Html, el

WIDTH, ROW, LABEL, NUMBER = 560, 24, 210, 90
INK, SOFT, GROUND = "#0d4f5c", "#4d5866", "#e6f1f2"
WITHHELD = "tilbakeholdt"


def bars(
    title: str, rows: Sequence[tuple[str, float | None, str]], whole: float | None = None
) -> Html | None:
    """A bar for each row: its name, its value and how the value is written; ``whole`` is the longest bar's, 1 of shares."""
    known = [value for _, value, _ in rows if value is not None]
    longest = whole or max(known, default=0.0) or 1.0
    if not rows:
        return None
    height = ROW * len(rows) + 4
    drawn = [
        part for n, (name, value, text) in enumerate(rows) for part in _bar(n, name, text, value, longest)
    ]
    told = "; ".join(f"{name}: {text if value is not None else WITHHELD}" for name, value, text in rows)
    return el(
        "svg", el("title", f"{title}. {told}"), *drawn, role="img", aria_label=f"{title}. {told}",
        viewBox=f"0 0 {WIDTH} {height}", xmlns="http://www.w3.org/2000/svg", font_size="13", fill=SOFT,
    )  # fmt: skip


def _bar(n: int, name: str, text: str, value: float | None, longest: float) -> list[Html]:
    room, y = WIDTH - LABEL - NUMBER, n * ROW
    length = 0 if value is None else round(room * min(value / longest, 1), 1)
    size = {"y": f"{y + 4}", "height": f"{ROW - 8}", "x": f"{LABEL}"}
    return [
        el("text", name, x=f"{LABEL - 8}", y=f"{y + 17}", text_anchor="end"),
        el("rect", **size, width=f"{room}", fill=GROUND),
        el("rect", **size, width=f"{length}", fill=INK),
        el("text", text if value is not None else WITHHELD, x=f"{LABEL + room + 8}", y=f"{y + 17}"),
    ]

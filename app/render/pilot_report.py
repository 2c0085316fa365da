"""The pilot's evaluation report: one HTML page in bokmål, with its plots, without script or anything from elsewhere.

Uptake, timeliness, indicators, alarms per pregnancy, performance. It names no woman and no person; what is small is
withheld (``app/pregnancy/indicators.py``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.pregnancy.indicators import INDICATORS, OPENED, SMALL, numbers, share
from app.render.markup import Html, el, joined
from app.render.pilot_charts import WITHHELD, bars

STYLE = """body{margin:0 auto;max-width:860px;padding:24px 16px;font:16px/1.5 system-ui,sans-serif;color:#1b2430;background:#fff}
h1{font-size:1.7rem;margin:0 0 4px}h2{font-size:1.2rem;margin:32px 0 8px;color:#0d4f5c}h3{font-size:1rem;margin:20px 0 4px}
p{margin:0 0 8px}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px
solid #dde2e8;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.soft{color:#556070}svg{width:100%;height:auto}"""
MOST_ALARMS = 5


@dataclass(frozen=True, slots=True)
class Share:
    """An indicator, of all or of one organisation, as far as it may be told: ``share`` is None where it is withheld."""

    name: str
    share: float | None
    met: int
    cases: int

    @property
    def text(self) -> str:
        """As it is written beside a bar."""
        return WITHHELD if self.share is None else f"{self.share:.0%} av {self.cases}".replace("%", " %")


@dataclass(frozen=True, slots=True)
class Report:
    """What is drawn. ``shares`` are of each indicator: all first, then organisations, withheld where small."""

    period: tuple[date, date]
    made: str
    shares: Mapping[str, Sequence[Share]]
    months: Sequence[Any]
    alarms: Sequence[Any]
    requests: Sequence[Any]
    messages: Sequence[Any]
    milliseconds: float
    replay: Mapping[str, Any] | None = None


def page(report: Report) -> str:
    """The whole page."""
    first, last = (f"{day:%d.%m.%Y}" for day in report.period)
    body = joined(
        el("h1", "Piloten i tall"),
        el("p", f"Digitalt helsekort for gravide, {first}–{last}. Laget {report.made}.", class_="soft"),
        el("p", f"Tall fra 1 til {SMALL - 1} oppgis ikke («{WITHHELD}»); der bare ett tall i en rekke måtte holdes tilbake, er det nest "
           "minste holdt tilbake også. Ingen kvinne og ingen ansatt kan kjennes igjen her.", class_="soft"),
        *_uptake(report), *_timely(report), *_indicators(report), *_alarms(report), *_performance(report),
    )  # fmt: skip
    head = joined(
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", "Piloten i tall"),
        el("style", Html(STYLE)),
    )
    return f"<!DOCTYPE html>\n{el('html', el('head', head), el('body', el('main', body)), lang='nb')}\n"


def _uptake(report: Report) -> Iterable[Html | None]:
    rows = [row for row in report.months if row["indicator"] == OPENED.id]
    shown = numbers([row["women"] for row in rows])
    drawn = [(f"{row['month']:%m.%Y}", count, str(count)) for row, count in zip(rows, shown, strict=True)]
    yield el("h2", "Opptak")
    yield el("p", "Kvinner med første konsultasjon i kortet, for hver måned.")
    yield bars("Nye kort for hver måned", drawn) or _none()


def _timely(report: Report) -> Iterable[Html | None]:
    yield el("h2", "I rett tid")
    yield el("p", f"{OPENED.title}: {OPENED.met.lower()}.")
    yield _shares("Første konsultasjon før 13+0", report.shares.get(OPENED.id, ()))
    yield el("h3", "Konsultasjoner i rett tid, for hver måned")
    rows = [row for row in report.months if row["indicator"] == "visits-on-time"]
    shown = [
        Share(
            f"{row['month']:%m.%Y}", share(row["met"], row["cases"], row["women"]), row["met"], row["cases"]
        )
        for row in rows
    ]
    yield _shares("Konsultasjoner i rett tid, for hver måned", shown)


def _indicators(report: Report) -> Iterable[Html | None]:
    yield el("h2", "Kvalitetsindikatorer")
    for row in INDICATORS:
        found = report.shares.get(row.id, ())
        yield el("h3", row.title)
        yield el("p", f"{row.met}. Av: {row.cases.lower()}.", class_="soft")
        yield _shares(row.title, found)


def _shares(title: str, rows: Sequence[Share]) -> Html:
    return bars(title, [(row.name, row.share, row.text) for row in rows], 1.0) or _none()


def _alarms(report: Report) -> Iterable[Html | None]:
    counts = {row["alarms"]: row["women"] for row in report.alarms}
    every = [counts.get(n, 0) for n in range(MOST_ALARMS + 1)]
    names = [*(f"{n} alarmer" if n != 1 else "1 alarm" for n in range(MOST_ALARMS)), "5 eller flere"]
    yield el("h2", "Alarmer for hvert svangerskap")
    yield el("p", "Kvinner etter hvor mange alarmer de hadde med frist i perioden.")
    if any(every):
        shown = zip(names, numbers(every), strict=True)
        yield bars("Alarmer for hvert svangerskap", [(name, count, str(count)) for name, count in shown])
    else:
        yield _none()


def _performance(report: Report) -> Iterable[Html | None]:
    yield el("h2", "Drift")
    yield el("p", f"En rundtur til databasen tok {_decimal(report.milliseconds)} ms da rapporten ble laget.")
    yield el("h3", "Forespørsler i loggen")
    rows = [[row["role"] or "uten rolle", row["requests"], row["refused"]] for row in report.requests]
    yield _table(("Rolle", "Forespørsler", "Avvist eller ikke funnet"), rows)
    yield el("h3", "Meldinger til andre systemer")
    sent = [
        [
            row["kind"],
            row["messages"],
            row["sent"],
            row["dead"],
            _seconds(row["median"]),
            _seconds(row["slow"]),
        ]
        for row in report.messages
    ]
    yield _table(("Melding", "Alle", "Sendt", "Oppgitt", "Median", "95 % innen"), sent)
    if report.replay:
        yield el("h3", "Svartider i en avspilling")
        times = report.replay
        yield _table(("Mål", "Verdi"), [[name, str(value)] for name, value in times.items()])


def _seconds(value: Any) -> str:
    return "–" if value is None else f"{_decimal(value)} s"


def _decimal(value: Any) -> str:
    return f"{float(value):.1f}".replace(".", ",")


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Html:
    if not rows:
        return _none()
    titles = (el("th", name, class_="n" if n else None, scope="col") for n, name in enumerate(head))
    lines = (
        el("tr", *(el("td", str(cell), class_="n" if n else None) for n, cell in enumerate(row)))
        for row in rows
    )
    return el("table", el("thead", el("tr", *titles)), el("tbody", *lines))


def _none() -> Html:
    return el("p", "Ingen tall i perioden.", class_="soft")

"""TABLE: what others have written for her: title, address, weeks in which it helps, languages, and who vouches for it.

Each row says where its address and languages were read. Nothing is offered after a loss.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.pregnancy.card import View
from app.pregnancy.course import PREGNANT
from app.pregnancy.tongues import called, code_of
from app.render.words import Words

WEEK, TERM, AFTER = 7, 43 * 7, 10_000  # days; what ends AFTER helps after birth too


@dataclass(frozen=True, slots=True)
class Leaflet:
    """One offer. ``title`` is a word of the card; ``nynorsk`` is its own address where there is one."""

    title: str
    url: str
    first: int
    last: int
    languages: tuple[str, ...]
    read: str  # where address and languages were read
    nynorsk: str = ""


LEAFLETS: tuple[Leaflet, ...] = (
    Leaflet(
        "leaflet-visits", "https://www.helsenorge.no/gravid/svangerskapskontroller/", 0, TERM, ("no",),
        "the page itself, in nynorsk; its bokmål address is the same without nn and was not opened",
        "https://www.helsenorge.no/nn/gravid/svangerskapskontroller/",
    ),
    Leaflet(
        "leaflet-films", "https://www.ahus.no/nyheter/fodselsforberedende-filmer-pa-flere-sprak", 20 * WEEK, TERM,
        ("no", "en", "so", "ur", "uk"),
        "the hospital's page of 25 August 2022, which leads on to the films; Arabic and Tigrinya were announced there",
    ),
    Leaflet("leaflet-birth", "https://helsenorge.no/fodsel", 30 * WEEK, TERM, ("no",), "the page itself"),
    Leaflet(
        "leaflet-zanzu", "https://zanzu.no/", 0, AFTER, ("no", "en", "ar", "fa", "fr", "pl", "so", "ti", "tr"),
        "named with its languages in Utposten 4/2021 by the Directorate of Health; the site itself was not opened",
    ),
    Leaflet(
        "leaflet-mamma-mia",
        "https://bufdir.no/fagstotte/barnevern-oppvekst/foreldrestotte/foreldrestottende-tiltak/mamma-mia",
        17 * WEEK, AFTER, ("no",), "the Directorate for Children's page of the programme",
    ),
    Leaflet("leaflet-breastfeeding", "https://ammehjelpen.no/", 34 * WEEK, AFTER, ("no",), "the site itself"),
)  # fmt: skip


def offered(view: View, words: Words) -> Iterator[tuple[str, str, str]]:
    """Title, address and languages of what helps her now, what is in her own language first."""
    after_birth = view.stage not in {PREGNANT, None} and _is_alive(view)
    if view.age is None and not after_birth:
        return
    days = view.age.days if view.age else AFTER
    rows = [row for row in LEAFLETS if row.first <= days <= row.last]
    hers = code_of(view.described.who.language if view.described.who else "")
    for row in sorted(rows, key=lambda row: hers not in row.languages):
        names = [called(code, words.language) for code in row.languages]
        url = row.nynorsk if row.nynorsk and words.language == "nn" else row.url
        yield words(row.title), url, words("leaflet-languages", languages=", ".join(names))


def _is_alive(view: View) -> bool:
    outcomes = [row.outcome for row in view.described.outcomes]
    return bool(outcomes) and all(outcome == "live-birth" for outcome in outcomes)

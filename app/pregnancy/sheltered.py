"""A view of a woman with a confidential address (*fortrolig* or *strengt fortrolig adresse*) that does not tell where she is.

Who treats her reads her own resources; a page, a print and a document go on to others. ``app/access/standing.py`` (LOCATING) says
the same of resources. Helsenorge, help pages on representation: https://tjenester.helsenorge.no
"""

from dataclasses import replace

from app.pregnancy.card import View


def sheltered(view: View, *, sent_on: bool = False) -> View:
    """``view`` without the places of her visits and of who follows her up; ``sent_on``: without whom and where she will give birth too."""
    shown = view.described
    visits = tuple(
        replace(row, visit=replace(row.visit, place="") if row.visit else None) for row in shown.consultations
    )
    team = () if sent_on else tuple(replace(row, organization="") for row in shown.care_team)
    places = () if sent_on else shown.birth_places
    return replace(view, described=replace(shown, consultations=visits, care_team=team, birth_places=places))

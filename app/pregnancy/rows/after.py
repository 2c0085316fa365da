"""TABLE: after birth or loss: bleeding, infection. The words fit both: a child need not be alive, nor born.

Helsedirektoratet, barselomsorgen, «Blødning og anemi» and «Endometritt»
(https://www.helsebiblioteket.no/retningslinjer/barselomsorgen/komplikasjoner-hos-barselkvinner); NGF = Norsk gynekologisk
forening, Veileder i fødselshjelp, «Postpartumblødning» (https://metodebok.no/index.php?action=topic&item=YDsTcgQT).
"""

from app.pregnancy.occasions import each, either, last, said
from app.pregnancy.rules import Rule, Window, same_day, within
from app.pregnancy.wording import NOBODY_WATCHES

AFTER = Window(after=True)

ROWS: tuple[Rule, ...] = (
    Rule(
        id="postpartum-bleeding",
        kind="alarm",
        title="Kraftig blødning",
        fires="heavy bleeding after birth or loss, by her own word or found",
        about=("symptom-bleeding", "BirthOutcome"),
        when=said("symptom-bleeding", "yes", every=True),
        window=AFTER,
        deadline=within(hours=2),
        text="Blødning {day}, etter fødsel eller tap. Vurder nå: morkake- og hinnerester, infeksjon, Hb.",
        told="Kraftig blødning skal undersøkes. Ring fødeavdelingen eller legevakten, 116 117, nå. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="Helsedirektoratet, barselomsorgen, «Blødning og anemi»; NGF, Postpartumblødning (sen: 24 timer til 12 uker)",
    ),
    Rule(
        id="postpartum-blood-loss",
        kind="task",
        title="Stort blodtap ved fødselen",
        fires="blood loss > 1000 mL",
        about=("blood-loss",),
        when=last("blood-loss", lambda value: value > 1000),  # noqa: PLR2004
        window=Window(),
        deadline=within(days=3),
        text="Blodtap {value} mL {day}. Ta Hb, vurder jern; følg med på infeksjon og amming.",
        told=None,
        self_reported=False,
        source="Helsedirektoratet, barselomsorgen, «Blødning og anemi» (alvorlig: over 1000 mL); fristen er vår",
    ),
    Rule(
        id="postpartum-infection",
        kind="alarm",
        title="Mulig infeksjon",
        fires="temperature ≥ 38.0 °C after birth or loss, fever, or foul discharge or a painful wound by her own word",
        about=("temperature", "symptom-fever", "symptom-discharge"),
        when=either(
            each("temperature", lambda value: value >= 38.0),  # noqa: PLR2004
            said("symptom-fever", "yes", every=True),
            said("symptom-discharge", "yes", every=True),
        ),
        window=AFTER,
        deadline=same_day,
        text="Tegn på infeksjon {day}, etter fødsel eller tap. Mål på nytt innen 4–6 timer; finn årsaken i dag, vurder sepsis.",
        told="Feber, illeluktende renselse eller vondt sår skal vurderes i dag. Ring fødeavdelingen eller legevakten, 116 117. "
        + NOBODY_WATCHES,
        self_reported=True,
        source="Helsedirektoratet, barselomsorgen, «Endometritt» (barselfeber ≥ 38 °C; ny måling innen 4–6 timer)",
    ),
)

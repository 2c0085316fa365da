"""The printed card: two tagged pages with embedded fonts, all text there, and nothing people write read as Typst."""

import threading
from functools import cache
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from app.pregnancy import background as b
from app.pregnancy.card import EVERYTHING, view_for
from app.pregnancy.facts import Fact, FundalHeight, LabResult
from app.pregnancy.wishes import Wish, Wishes
from app.render.charts import drawing
from app.render.pdf import sheets
from app.render.sheet import Printed, breakable
from app.render.words import Words
from tests.eyes import papers
from tests.pregnancy.builders import a_visit, an_answer, an_outcome, at, card, make
from tests.render.test_found_sections import TWINS
from tests.render.test_html import RICH

HOSTILE = (
    '#eval("1+1")',
    "#panic()",
    '*b* $x$ @a <l> #import "x"',
    '"] #read("/etc/passwd")',
    "\\u{41} `raw` = = //",
    "Ola\nNordmann",
)
VERSION = "2026-12-18 09:00:00 7F3A9C21"
WISHES = (  # a birth plan with an answer to every question
    Wish("companion.has", ("yes",)), Wish("companion.who", written="Jonas og søsteren min"), Wish("companion.doula", ("yes",)),
    Wish("language.preferred", written="somali"), Wish("language.interpreter", ("yes",)),
    Wish("experience.previous", ("mixed",)), Wish("experience.fears", written="At det skal ta lang tid"),
    Wish("pain.relief", ("water", "massage", "heat", "tens", "gas", "epidural")), Wish("birth.place", written="Drammen"),
    Wish("birth.wishes", written="Ro rundt fødselen"), Wish("after.breastfeeding", ("need-help",)), Wish("after.skin", ("yes",)),
)  # fmt: skip
FULL = (
    *RICH,
    *(a_visit("antenatal-visit", f"{week}+0", by="Ingrid Havn", place="Sagene") for week in (12, 26, 28, 29)),
    *(make(FundalHeight, f"{week}+0", value=week - 1.0) for week in (24, 26, 28, 30)),
    *(make(LabResult, "9+0", code=f"c{n}", name=f"Prøve {n}", value="Negativ") for n in range(12)),
    make(Wishes, "29+0", wishes=WISHES),
)


def printed(*facts: Fact, form: str = "clinician", language: str = "nb", today: str = "30+0") -> bytes:
    audience: Any = "citizen" if form == "citizen" else "clinician"
    view = view_for(card(*facts, today=today), visible=EVERYTHING, audience=audience)
    return sheets([(view, Printed(form, "Ingrid Havn, Sagene", at(today), VERSION))], language)


@cache
def full_sheet(form: str, language: str) -> bytes:
    return printed(*FULL, form=form, language=language)


def full(form: str, language: str) -> PdfReader:
    return PdfReader(BytesIO(full_sheet(form, language)))


def text(reader: PdfReader) -> str:
    """The words of all pages, each line as it is read."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(("form", "pages"), [("clinician", 2), ("citizen", 2), ("emergency", 1)])
def test_the_sheet_is_accessible_and_has_its_pages(form: str, pages: int, language: str) -> None:
    reader = full(form, language)
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) == pages
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (
        b"pdfuaid:part" in root["/Metadata"].get_data() or b"<pdfuaid:part>" in root["/Metadata"].get_data()
    )
    assert reader.metadata is not None
    assert reader.metadata.title == Words(language)("card")


@pytest.mark.parametrize("form", ["clinician", "emergency"])
def test_every_font_is_in_the_file(form: str) -> None:
    fonts: list[Any] = [
        font.get_object()
        for page in full(form, "nb").pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    for font in fonts:
        drawn: Any = font["/DescendantFonts"][0].get_object()
        described = drawn["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described), font["/BaseFont"]
        assert "/ToUnicode" in font


def test_what_a_midwife_looks_for_is_on_paper() -> None:
    found = text(full("clinician", "nb"))
    for words in (
        "Amina Fjellheim", "uke 30+0", "Termin 01.03.2027", "Mistanke om preeklampsi", "Kritisk allergi: Penicillin",
        "RhD-negativ", "Trenger tolk: somali", "Blodtrykk, mmHg", "SF-mål, cm", "148/96", "Prøve 11", "12,40 g/dL",
        "Ingrid Havn", "Rolig rom", "Konsultasjoner", "Laboratorieprøver", "Skrevet ut av Ingrid Havn, Sagene",
        "7F3A9C21", "Side 1 / 2",
    ):  # fmt: skip
        assert words in found, words


def test_pictures_are_told_in_words_for_who_does_not_see_them() -> None:
    told: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, dict):
            told.extend([str(node["/Alt"])] if "/Alt" in node else [])
            walk(node.get("/K"))
        elif isinstance(node, list):
            for one in node:
                walk(one)

    root: Any = full("clinician", "nb").trailer["/Root"]
    walk(root["/StructTreeRoot"]["/K"])
    assert any(row.startswith("Blodtrykk:") for row in told)
    assert any(row.startswith("SF-mål:") for row in told)
    assert any("7F3A9C21" in row for row in told)


def test_nothing_that_people_write_is_read_as_typst() -> None:
    facts = (
        *(b.Allergy(source=f"AllergyIntolerance/{n}", name=words) for n, words in enumerate(HOSTILE)),
        b.Woman(source="Patient/1", name=HOSTILE[0], phone=HOSTILE[1], language=HOSTILE[2]),
        b.BirthPlan(source="CarePlan/1", title="x", lines=HOSTILE),
        make(LabResult, "9+0", code="x", name=HOSTILE[3], value=HOSTILE[0], unit=HOSTILE[4]),
    )
    found = text(PdfReader(BytesIO(printed(*facts))))
    for words in HOSTILE:
        assert " ".join(words.split()) in found, words
    assert "root:" not in found


def test_a_word_that_no_line_holds_is_broken_and_nothing_is_lost() -> None:
    long = "x" * 3000
    reader = PdfReader(BytesIO(printed(b.BirthPlan(source="CarePlan/1", title="x", lines=(long,)))))
    assert text(reader).replace("\u200b", "").replace(" ", "").count("x") >= 3000
    assert breakable({"svg": "<svg " + long}) == {"svg": "<svg " + long}


@pytest.mark.slow
def test_much_goes_on_to_further_pages_and_alarms_are_all_there() -> None:
    many = [a_visit("antenatal-visit", f"{8 + n // 7}+{n % 7}", by=f"Jordmor {n}") for n in range(120)]
    reader = PdfReader(BytesIO(printed(*RICH, *many)))
    assert len(reader.pages) > 2
    found = text(reader)
    assert all(f"Jordmor {n}" in found for n in range(120))
    for page in reader.pages:
        assert "Amina Fjellheim, 158894 12345" in page.extract_text(), "no sheet is lost from her"


def test_the_wards_page_stays_one_and_says_what_it_leaves_out() -> None:
    many = [a_visit("antenatal-visit", f"{8 + n // 7}+{n % 7}", by=f"Jordmor {n}") for n in range(120)]
    reader = PdfReader(BytesIO(printed(*RICH, *many, form="emergency")))
    assert len(reader.pages) == 1
    assert "Konsultasjoner (6/122)" in text(reader)


def test_the_wards_page_stays_one_however_much_is_recorded() -> None:
    """Lines of the tables give way first, letters get smaller last; no alarm and no danger is left out."""
    plan = b.BirthPlan(source="CarePlan/1", title="x", lines=tuple(f"Ønske {n} " * 9 for n in range(12)))
    dangers = [
        b.Allergy(source=f"AllergyIntolerance/{n}", name=f"Stoff {n}", critical=True) for n in range(9)
    ]
    reader = PdfReader(BytesIO(printed(*FULL, plan, *dangers, form="emergency")))
    assert len(reader.pages) == 1
    found = text(reader)
    assert "Mistanke om preeklampsi" in found
    assert all(f"Kritisk allergi: Stoff {n}" in found for n in range(9))
    assert "Ønske 11" in found


@pytest.mark.parametrize(
    ("form", "language", "told"),
    [
        ("clinician", "nb", "Badekar eller dusj, massasje, varme, TENS, lystgass, epidural"),
        ("emergency", "nn", "Vil amme og ønskjer hjelp. Hud mot hud: ja"),
        ("emergency", "nb", "Tolk: ja"),
        ("citizen", "en", "Wish to breastfeed, with help. Skin to skin: yes"),
    ],
)
def test_her_birth_plan_stands_on_every_sheet(form: str, language: str, told: str) -> None:
    assert told in text(full(form, language))


@pytest.mark.parametrize("form", ["clinician", "citizen"])
def test_each_reader_has_her_own_words_and_room_for_the_hand(form: str) -> None:
    said = Words("nb")(f"by-hand-{form}")
    next_ = "Hva som skjer videre: Du blir undersøkt i dag"
    assert (next_ in text(full(form, "nb"))) == (form == "citizen")
    assert said in full(form, "nb").pages[1].extract_text()
    assert said not in text(full("emergency", "nb"))


@pytest.mark.parametrize(
    "facts", [(), (an_outcome("live-birth", "29+0"),), (an_outcome("miscarriage", "15+0"),)]
)
def test_little_is_a_sheet_too(facts: tuple[Fact, ...]) -> None:
    for form in ("clinician", "citizen", "emergency"):
        assert printed(*facts, form=form).startswith(b"%PDF")


@pytest.mark.parametrize("form", ["clinician", "citizen", "emergency"])
def test_the_square_code_on_the_sheet_holds_the_version_and_nothing_else(form: str) -> None:
    """Read from the printed pixels by a reader of codes that is not its maker."""
    found = []
    for page in pypdfium2.PdfDocument(full_sheet(form, "nb")):
        seen = page.render(scale=1.5, grayscale=True)
        pixels = memoryview(bytes(seen.buffer)).cast("B", shape=(seen.height, seen.stride))
        found += [code.text for code in zxingcpp.read_barcodes(pixels)]
    assert found == [f"urn:helsekort:version:{VERSION}"]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("form", ["clinician", "citizen", "emergency"])
def test_nothing_is_cut_and_no_words_lie_on_others(form: str, language: str) -> None:
    assert papers.found(full_sheet(form, language)) == []


def test_a_curve_is_complete_by_itself() -> None:
    view = view_for(card(*FULL, today="30+0"), visible=EVERYTHING, audience="clinician")
    svg = drawing(view.described.measurements[0], view, Words("nb"))
    assert svg is not None
    assert svg.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg


def test_the_typesetter_lets_others_work() -> None:
    """Serving goes on while a sheet is set: two at once are both right."""
    made: dict[str, bytes] = {}

    def run(name: str) -> None:
        made[name] = printed(b.Woman(source="Patient/1", name=name))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("Anna", "Berit")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, other in (("Anna", "Berit"), ("Berit", "Anna")):
        assert name in text(PdfReader(BytesIO(made[name])))
        assert other not in text(PdfReader(BytesIO(made[name])))


def test_many_findings_get_closer_before_they_push_the_curves_to_a_sheet_of_their_own() -> None:
    more = (
        *TWINS,
        an_answer("placenta-site", "low", "20+0", fetus="B"),
        an_answer("nipt-t21", "positive", "12+0"),
        an_answer("fetal-rhd", "positive", "24+0"),
        an_answer("sensitising-event", "vaginal-bleeding", "27+0"),
    )
    for form in ("clinician", "citizen"):
        reader = PdfReader(BytesIO(printed(*FULL, *more, form=form)))
        assert len(reader.pages) == 2
        assert "Lavtliggende morkake: ny ultralyd (foster B)" in text(reader)

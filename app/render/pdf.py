"""The printed card as PDF/UA: set by Typst from data, tagged, with embedded fonts, without network or system fonts.

https://typst.app/docs/reference/pdf/ and https://pdfa.org/resource/pdfua-1/. Data reach the template as JSON in
``sys.inputs`` and stand there as strings: what people write is never read as Typst.
"""

import json
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from app.render.sheet import Printed, breakable, sheet
from app.render.words import TABLES, Words

TEMPLATE = Path(__file__).with_name("card.typ")
CARD = "urn:helsekort:version:"  # what the square code holds: which version this is, and nothing about her


@cache
def _fonts() -> Path:
    import font_source_sans_pro  # noqa: PLC0415 (who serves no paper does not read it)

    return Path(font_source_sans_pro.__file__).parent / "files"


def code(version: str) -> str:
    """A QR code (ISO/IEC 18004) of ``version``, as SVG."""
    import segno  # noqa: PLC0415 (as above)

    out = BytesIO()
    segno.make(CARD + version, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=0)
    return out.getvalue().decode()


def sheets(views: Sequence[tuple[Any, Printed]], language: str) -> bytes:
    """The cards of ``views`` as one PDF. Takes some hundredths of a second: not for the event loop."""
    import typst  # noqa: PLC0415 (as above)

    words = Words(language if language in TABLES else "nb")
    cards = [sheet(view, words, printed) for view, printed in views]
    for card in cards:
        card["code"] = code(card["code"])
    title = words("card") if len(cards) == 1 else words("day")
    data = {
        "title": title,
        "lang": words.language,
        "nothing": words("nothing"),
        "cards": breakable(cards),
    }
    return typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"card": json.dumps(data)},
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        pdf_standards="ua-1",
    )

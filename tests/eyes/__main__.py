"""Every card of the pilot, her access log and the login as people see them: pages in a real Chromium under axe-core,
sheets of paper counted and looked over for what is cut or covered.

https://www.w3.org/TR/WCAG22/. Run by ``.ci/eyes``, which installs axe-core: ``python -m tests.eyes AXE CHROMIUM
[FOLDER]``. The pages come from a server of their own with the synthetic women, through its doors; FOLDER keeps them.
Exits 1 where anything is found.
"""

import html
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from helsekort_sandbox import demo, pilot, services
from helsekort_sandbox.check import free_port
from helsekort_sandbox.client import Actor
from pypdf import PdfReader

from tests.eyes import logins, papers
from tests.pregnancy.builders import an_outcome
from tests.render.test_html import RICH, shown

LOOK = Path(__file__).with_name("look.js")
LANGUAGES = ("nb", "nn", "en")
WIDTHS = (1280, 768, 320)
READERS = {"clinician": "midwife", "citizen": "citizen", "emergency": "hospital"}
SHEETS = {"clinician": 2, "citizen": 2, "emergency": 1}
CONTROL = (  # a page on which something must be found, or the look sees nothing
    '<!doctype html><html><body style="background:#fff"><img src="data:,"><p style="color:#eee;width:2000px">too pale to read</p>'
)
MUST = ("html-has-lang", "image-alt", "color-contrast", "scrolls sideways")
LIGHT, DARK = 1, 0  # Chromium's own numbers of what the reader prefers


def everything(data: Path) -> Iterator[tuple[str, str, str, bytes]]:
    """Name, form, media type and body of every card, for each reader and language; then of the other pages."""
    started, sandbox = services.start(data, free_port(), demo.tell)
    try:
        roster = pilot.load(sandbox, demo.tell)
        with pilot.actors(sandbox) as cast:
            for woman in roster["patients"].values():
                yield from _of(woman, cast)
            yield from _looks(roster["main"], cast("citizen", roster["patients"][roster["main"]]["citizen"]))
        yield from _losses()
        yield from ((name, "login", "text/html", page.encode()) for name, page in logins.pages(sandbox))
    finally:
        started.stop()


def _of(woman: dict[str, Any], cast: pilot.Actors) -> Iterator[tuple[str, str, str, bytes]]:
    for form, role in READERS.items():
        reader = cast(role, woman[role])
        for language in LANGUAGES:
            view = "&view=emergency" if form == "emergency" else ""
            for kind in ("text/html", "application/pdf"):
                answer = reader.get(f"/fhir/{woman['episode']}/$card?_language={language}{view}", Accept=kind)
                assert answer.status == 200, answer.outcome()
                yield f"{woman['citizen']}.{form}.{language}", form, kind, answer.body


def _looks(patient: str, citizen: Actor) -> Iterator[tuple[str, str, str, bytes]]:
    """Who has looked, as she reads it."""
    for language in LANGUAGES:
        answer = citizen.get(f"/fhir/Patient/{patient}/$access-log?_language={language}", Accept="text/html")
        assert answer.status == 200, answer.outcome()
        yield f"access-log.{language}", "access-log", "text/html", answer.body


def _losses() -> Iterator[tuple[str, str, str, bytes]]:
    """Her page when the child is lost, which none of the pilot's women meets."""
    for outcome in ("miscarriage", "stillbirth"):
        for language in LANGUAGES:
            facts = (*RICH, an_outcome(outcome, "31+0"))
            page = shown(*facts, audience="citizen", language=language, today="31+4")
            yield f"{outcome}.{language}", "loss", "text/html", page.encode()


def looked(pages: dict[str, str], axe: Path, chromium: str, scheme: int, place: Path) -> dict[str, Any]:
    """What Chromium found on ``pages``, preferring the light or the dark."""
    values = {
        "PAGES": {"control": CONTROL, **pages},
        "WIDTHS": WIDTHS,
        "AXE": axe.read_text(encoding="utf-8"),
    }
    given = "".join(f"const {name} = {_script(value)};\n" for name, value in values.items())
    frame = (
        f'<!doctype html><html lang="en"><title>eyes</title><body><script>{given}{LOOK.read_text()}</script>'
    )
    page = place / f"look-{scheme}.html"
    page.write_text(frame, encoding="utf-8")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={place / 'profile'}",
        f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1400,1000",
        "--virtual-time-budget=3600000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)
    assert found, "Chromium did not finish"
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert result["dark"] == (scheme == DARK), "Chromium did not take the colour scheme"
    control = [text for text in result["found"] if text.startswith("control ")]
    assert all(any(word in text for text in control) for word in MUST), control
    result["found"] = [text for text in result["found"] if text not in control]
    return result


def _script(value: Any) -> str:
    """JSON that ends no script element."""
    return json.dumps(value).replace("<", "\\u003c")


def main(arguments: list[str]) -> int:
    """Fetch, look, say; 0 where nothing is found."""
    axe, chromium, *kept = arguments
    pages: dict[str, str] = {}
    found: list[str] = []
    sheets = 0
    with tempfile.TemporaryDirectory(prefix="helsekort-eyes-") as folder:
        place = Path(folder)
        keep = Path(kept[0]) if kept else place
        keep.mkdir(parents=True, exist_ok=True)
        for name, form, kind, body in everything(place / "data"):
            (keep / f"{name}.{kind.rpartition('/')[2]}").write_bytes(body)
            if kind == "text/html":
                pages[name] = body.decode()
                found += [f"{name}: has a script"] if "<script" in pages[name] else []
            else:
                count = len(PdfReader(BytesIO(body)).pages)
                sheets += count
                found += [f"{name}: {count} sheets"] if count != SHEETS[form] else []
                found += [f"{name}: {told}" for told in papers.found(body)]
        dark = {name: page for name, page in pages.items() if name.endswith(".nb")}
        looks = 0
        for scheme, some in ((LIGHT, pages), (DARK, dark)):
            result = looked(some, Path(axe), chromium, scheme, place)
            found += result["found"]
            looks += result["looks"] - len(WIDTHS)
    print(*found, sep="\n")
    print(f"eyes: {len(pages)} pages, {looks} looks, {sheets} sheets of paper, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""``$validate-code``, ``$lookup`` and ``$subsumes``: what is known of one or two codes.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html, codesystem-operation-lookup.html and
codesystem-operation-subsumes.html. A display that is none of the code's own makes the answer false.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from app.fhir.folding import fold
from app.fhir.outcome import BadRequest, FhirError, NotFound, Unprocessable
from app.fhir.parameters import Given, echo, parameters
from app.fhir.terminology import CodeSystem, Concept
from app.fhir.terminology_expansion import Term, members, term_of
from app.fhir.terminology_words import languages, word
from app.interactions.artefacts import answer, canonical, codings, row, subject, system_of
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.vocabulary import Shelf, settled

Json = dict[str, Any]
Verdict = tuple[bool, str, str]  # result, message, display


async def in_value_set(context: Context, given: Given, id_: str | None) -> Answer:
    """``ValueSet/$validate-code``. Raises FhirError."""
    scoped(context.caller, "read")
    asked, shelf = codings(given, systems=True), Shelf()
    key = ("ValueSet", canonical(given.text("url"), given.text("valueSetVersion")))
    value_set = await subject(context, shelf, key, id_, sent=given.one("valueSet"))
    name = value_set.get("url") or "the value set"

    async def one(coding: Json) -> Verdict:
        of = coding["system"]
        terms = await settled(context.session, shelf, lambda library: members(value_set, library, of=of))
        term = terms.get((of, coding["code"]))
        if term is None:
            return False, f"{echo(of)} {echo(coding['code'])} is not in {echo(name)}", ""
        version = coding.get("version") or given.text("systemVersion")
        if version and term.version and version != term.version:
            return False, f"{echo(of)} is here in version {term.version}, not {echo(version)}", ""
        return _fits(term, coding, given)

    return await _verdict(context, shelf, one, asked)


async def in_code_system(context: Context, given: Given, id_: str | None) -> Answer:
    """``CodeSystem/$validate-code``. Raises FhirError."""
    scoped(context.caller, "read")
    asked, shelf = codings(given, systems=False), Shelf()
    named = {coding.get("system", "") for coding in asked} - {""}
    url = given.text("url")
    if id_ is None and not url and given.one("codeSystem") is None and len(named) == 1:
        url = next(iter(named))
    key = ("CodeSystem", canonical(url, given.text("version")))
    system: CodeSystem = await subject(context, shelf, key, id_, sent=given.one("codeSystem"))

    async def one(coding: Json) -> Verdict:
        if coding.get("system", system.url) != system.url:
            return False, f"{echo(coding['system'])} is another system than {echo(system.url)}", ""
        concept = system.find(coding["code"])
        if concept is not None:
            return _fits(term_of(system, concept), coding, given)
        if not system.complete:
            text = f"{echo(system.url)} is held here in part only, without {echo(coding['code'])}"
            raise Unprocessable(text, "code", code="not-supported")
        return False, f"{echo(system.url)} has no code {echo(coding['code'])}", ""

    return await _verdict(context, shelf, one, asked)


def _fits(term: Term, coding: Json, given: Given) -> Verdict:
    """Whether a code that is there may be used so."""
    display = word(term.display, term.language, term.designations, languages(given.text("displayLanguage")))
    if term.abstract and not given.flag("abstract"):
        return False, f"{echo(term.code)} only groups other codes and is not chosen itself", display
    said = coding.get("display") or given.text("display")
    words = {fold(text) for text in (term.display, *(named["value"] for named in term.designations)) if text}
    if said and words and fold(said) not in words:
        return False, f"{echo(said)!r} is no display of {echo(term.code)}; it is {display!r}", display
    return True, "", display


async def _verdict(
    context: Context, shelf: Shelf, one: Callable[[Json], Awaitable[Verdict]], asked: list[Json]
) -> Answer:
    """The first that fits; else what is wrong with each. Raises FhirError where nothing fits and one cannot be said."""
    found: list[Verdict] = []
    unsaid: FhirError | None = None
    for coding in asked:
        try:
            found.append(await one(coding))
        except FhirError as error:
            unsaid = unsaid or error
    best = next((verdict for verdict in found if verdict[0]), None)
    if best is None and unsaid is not None:
        raise unsaid
    result, message, display = best or (False, "; ".join(message for _, message, _ in found), found[0][2])
    rows = [row("result", "boolean", result)]
    rows += [row("message", "string", message)] if message else []
    rows += [row("display", "string", display)] if display else []
    return await answer(context, shelf, parameters(rows))


async def look_up(context: Context, given: Given, _id: str | None) -> Answer:
    """``CodeSystem/$lookup``. Raises FhirError."""
    scoped(context.caller, "read")
    coding = _coding(given, "code", "coding")
    shelf = Shelf()
    system = await system_of(context, shelf, coding["system"], coding.get("version") or given.text("version"))
    concept = _concept(system, coding["code"])
    return await answer(context, shelf, parameters(_known(system, concept, given)))


def _coding(given: Given, code: str, coding: str, system: str = "") -> Json:
    """One code with its system, by two parameters or by a Coding. Raises BadRequest."""
    found = dict(given.one(coding) or {"code": given.text(code)})
    if given.one(coding) is not None and given.one(code) is not None:
        raise BadRequest(f"Give either {code} or {coding}", code)
    found["system"] = found.get("system") or given.text("system") or system
    for name in ("code", "system"):
        if not found.get(name):
            missing = code if name == "code" else "system"
            raise BadRequest(f"Give {code} and system, or {coding} with both", missing, code="required")
    return found


def _concept(system: CodeSystem, code: str) -> Concept:
    concept = system.find(code)
    if concept is None:
        raise NotFound(f"{echo(system.url)} has no code {echo(code)} here", "code")
    return concept


def _known(system: CodeSystem, concept: Concept, given: Given) -> Iterator[Json]:
    wanted = set(given.all("property"))
    words = concept.node.get("designation", [])
    asked = languages(given.text("displayLanguage"))
    yield row("name", "string", system.name)
    if system.version:
        yield row("version", "string", system.version)
    yield row("display", "string", word(concept.display, system.language, words, asked) or concept.code)
    for named in words if not wanted or "designation" in wanted else ():
        parts = [
            row(name, kind, named[name])
            for name, kind in (("language", "code"), ("use", "Coding"), ("value", "string"))
            if name in named
        ]
        yield {"name": "designation", "part": parts}
    for code, kind, value in _properties(system, concept):
        if not wanted or code in wanted:
            yield {"name": "property", "part": [row("code", "code", code), row("value", kind, value)]}


def _properties(system: CodeSystem, concept: Concept) -> Iterator[tuple[str, str, Any]]:
    """Code, type and value of each property, the hierarchy among them."""
    if "definition" in concept.node:
        yield "definition", "string", concept.node["definition"]
    for parent in concept.parents:
        yield "parent", "code", parent
    for child in system.children(concept.code):
        yield "child", "code", child
    yield "inactive", "boolean", concept.inactive
    yield "notSelectable", "boolean", concept.abstract
    for named in concept.node.get("property", ()):
        name = next((key for key in named if key.startswith("value")), "")
        if name and named["code"] not in {"parent", "child", "inactive", "notSelectable"}:
            yield named["code"], name.removeprefix("value"), named[name]


async def subsumes(context: Context, given: Given, id_: str | None) -> Answer:
    """``CodeSystem/$subsumes``. Raises FhirError."""
    scoped(context.caller, "read")
    shelf = Shelf()
    held: CodeSystem | None = None
    if id_ is not None:
        held = await subject(context, shelf, ("CodeSystem", ""), id_)
    sides = [_coding(given, f"code{side}", f"coding{side}", held.url if held else "") for side in "AB"]
    if len({side["system"] for side in sides} | ({held.url} if held else set())) > 1:
        raise BadRequest("Both codes must be of one system", "system")
    if held is None:
        version = sides[0].get("version") or given.text("version")
        held = await system_of(context, shelf, sides[0]["system"], version)
    if held.hierarchy not in {"", "is-a"}:
        text = f"The hierarchy of {echo(held.url)} is {held.hierarchy}: it does not say what subsumes what"
        raise Unprocessable(text, "system", code="not-supported")
    a, b = (_concept(held, side["code"]).code for side in sides)
    return await answer(context, shelf, parameters([row("outcome", "code", _outcome(held, a, b))]))


def _outcome(system: CodeSystem, a: str, b: str) -> str:
    if a == b:
        return "equivalent"
    if b in system.below(a):
        return "subsumes"
    return "subsumed-by" if a in system.below(b) else "not-subsumed"

"""The pages between an app and its tokens: where to log in, which woman, whether the app may; and why not.

Forms without script, in Norwegian Bokmål, Nynorsk and English: https://www.w3.org/TR/WCAG22/. No national number stands
on any of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.mapping.audit_words import TYPES
from app.render.markup import Html, el
from app.render.style import CSS
from app.render.words import Words

LANGUAGES = ("nb", "nn", "en")
WORDS: Mapping[str, Mapping[str, str]] = {
    "nb": {
        "login": "Logg inn", "to": "Du logger inn i {app}.", "helseid": "Helsepersonell: logg inn med HelseID",
        "idporten": "Innbygger: logg inn med ID-porten", "choose": "Velg hvem det gjelder", "born": "født",
        "choose-text": "{app} åpnes for kvinnen du velger. Du ser dem du har en relasjon til.", "search": "Søk på navn",
        "find": "Søk", "nobody": "Ingen funnet.", "more": "Flere enn det som vises: søk på navn.",
        "approve": "Vil du gi tilgang?", "approve-text": "{app} ber om å:", "yes": "Gi tilgang", "no": "Avbryt",
        "until": "Tilgangen varer i høyst {minutes} minutter. Hvem som har sett på helsekortet ditt, står i innsynsloggen.",
        "wrong": "Innloggingen kan ikke fortsette", "back": "Lukk vinduet, og begynn på nytt i appen.",
        "out": "Du er logget ut", "out-text": "Appen har ikke lenger tilgang.",
        "r": "lese", "w": "registrere og endre", "*": "alt i helsekortet", "offline_access": "ha tilgang også når du ikke bruker appen",
        "openid": "vite hvem du er", "some": "{type}, bare noe",
    },
    "nn": {
        "login": "Logg inn", "to": "Du loggar inn i {app}.", "helseid": "Helsepersonell: logg inn med HelseID",
        "idporten": "Innbyggjar: logg inn med ID-porten", "choose": "Vel kven det gjeld", "born": "fødd",
        "choose-text": "{app} blir opna for kvinna du vel. Du ser dei du har ein relasjon til.", "search": "Søk på namn",
        "find": "Søk", "nobody": "Ingen funne.", "more": "Fleire enn det som er vist: søk på namn.",
        "approve": "Vil du gi tilgang?", "approve-text": "{app} ber om å:", "yes": "Gi tilgang", "no": "Avbryt",
        "until": "Tilgangen varer i høgst {minutes} minutt. Kven som har sett på helsekortet ditt, står i innsynsloggen.",
        "wrong": "Innlogginga kan ikkje halde fram", "back": "Lukk vindauget, og byrj på nytt i appen.",
        "out": "Du er logga ut", "out-text": "Appen har ikkje lenger tilgang.",
        "r": "lese", "w": "registrere og endre", "*": "alt i helsekortet", "offline_access": "ha tilgang også når du ikkje bruker appen",
        "openid": "vite kven du er", "some": "{type}, berre noko",
    },
    "en": {
        "login": "Log in", "to": "You are logging in to {app}.", "helseid": "Health personnel: log in with HelseID",
        "idporten": "Citizens: log in with ID-porten", "choose": "Choose whom it is about", "born": "born",
        "choose-text": "{app} opens for the woman you choose. You see those to whom you have a relation.",
        "search": "Search by name", "find": "Search", "nobody": "Nobody found.", "more": "There are more: search by name.",
        "approve": "Do you allow this?", "approve-text": "{app} asks to:", "yes": "Allow", "no": "Cancel",
        "until": "It lasts {minutes} minutes at most. Your access log tells who has looked at your card.",
        "wrong": "The login cannot go on", "back": "Close the window, and begin again in the app.",
        "out": "You are logged out", "out-text": "The app has no access any more.",
        "r": "read", "w": "register and change", "*": "all of the card", "offline_access": "have access while you do not use it",
        "openid": "know who you are", "some": "{type}, some of it",
    },
}  # fmt: skip
WHY: Mapping[str, tuple[str, str]] = {  # why a login ends here, in nb and nn; what is not here is told in English
    "This login is unknown, used or too old, or began in another browser": (
        "Innloggingen er ukjent, brukt eller for gammel, eller den ble startet i en annen nettleser.",
        "Innlogginga er ukjend, brukt eller for gammal, eller ho vart starta i ein annan nettlesar.",
    ),
    "This login is used already": ("Innloggingen er alt brukt.", "Innlogginga er alt brukt."),
    "The pushed request is unknown, used or too old": (
        "Forespørselen fra appen er ukjent, brukt eller for gammel.",
        "Førespurnaden frå appen er ukjend, brukt eller for gammal.",
    ),
    "There is no app of this client_id that somebody logs in to": (
        "Appen er ikke registrert her.", "Appen er ikkje registrert her.",
    ),
    "The app is no longer registered": ("Appen er ikke lenger registrert.", "Appen er ikkje lenger registrert."),
    "Something went wrong here": ("Noe gikk galt hos oss.", "Noko gjekk gale hos oss."),
}  # fmt: skip
_STYLE = """
.login{max-width:42rem;margin:24px auto;padding:0 16px}.login form{margin:14px 0}.login li{margin:8px 0}
.login button,.login input{font:inherit;min-height:44px;padding:8px 16px;border-radius:8px;border:2px solid var(--deep)}
.login button{background:#0d4f5c;color:#fff;cursor:pointer;text-align:left}.login button.other{background:var(--paper);color:var(--ink)}
.login :focus-visible{outline:3px solid var(--edge);outline-offset:2px}.login ul.plain{list-style:disc;padding-left:22px}
"""


def language_of(wished: Iterable[str]) -> str:
    """The first of the wished languages that there is; else ``nb``."""
    for one in wished:
        tag = one.lower().partition("-")[0]
        if tag in LANGUAGES or tag == "no":
            return "nb" if tag == "no" else tag
    return "nb"


def _page(language: str, title: str, *content: Html | str | None) -> str:
    head = el(
        "head", el("meta", charset="utf-8"), el("title", f"{title} – Helsekort"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"), el("style", Html(CSS + _STYLE)),
    )  # fmt: skip
    main = el("main", el("section", el("h1", title), *content), class_="login")
    return "<!doctype html>\n" + el("html", head, el("body", main), lang=language)


def _form(action: str, hidden: Mapping[str, str], *content: Html) -> Html:
    fields = (Html(f"{el('input', type='hidden', name=name, value=value)}") for name, value in hidden.items())
    return el("form", *fields, *content, method="post", action=action)


def _button(text: str, name: str, value: str, class_: str | None = None) -> Html:
    return el("button", text, type="submit", name=name, value=value, class_=class_)


def ways(language: str, app: str, action: str, hidden: Mapping[str, str], offered: Sequence[str]) -> str:
    """Where to log in."""
    words = WORDS[language]
    rows = [el("p", _button(words[way], "way", way)) for way in offered]
    text = el("p", words["to"].format(app=app))
    return _page(language, words["login"], text, _form(action, hidden, *rows))


def women(
    language: str,
    app: str,
    action: str,
    hidden: Mapping[str, str],
    rows: Sequence[tuple[str, str, str]],
    *,
    more: bool,
) -> str:
    """Which woman: id, name and date of birth of each."""
    words = WORDS[language]
    listed = [
        el("li", _button(f"{name}, {words['born']} {_day(born, language)}", "patient", id_))
        for id_, name, born in rows
    ]
    search = el("label", words["search"], " ", el("input", type="search", name="name", autocomplete="off"))
    return _page(
        language, words["choose"], el("p", words["choose-text"].format(app=app)),
        _form(action, hidden, search, Html(" "), _button(words["find"], "find", "1", "other")),
        _form(action, hidden, el("ul", *listed)) if listed else el("p", words["nobody"], role="status"),
        el("p", words["more"]) if more else None,
        _form(action, hidden, _button(words["no"], "cancel", "1", "other")),
    )  # fmt: skip


def _day(born: str, language: str) -> str:
    """A day as ``language`` writes it; a date without a day as it is stored."""
    return Words(language).date(date.fromisoformat(born)) if len(born) == len("1990-01-01") else born


def approval(
    language: str,
    app: str,
    action: str,
    hidden: Mapping[str, str],
    asked: Sequence[tuple[str, str, bool]],
    minutes: int,
) -> str:
    """Whether she lets the app in: of each scope the type (or a name of its own), its letters, and whether it is a part."""
    words = WORDS[language]
    rows = [el("li", _scope(language, *one)) for one in asked]
    buttons = (_button(words["yes"], "allow", "1"), Html(" "), _button(words["no"], "cancel", "1", "other"))
    return _page(
        language, words["approve"], el("p", words["approve-text"].format(app=app)), el("ul", *rows, class_="plain"),
        el("p", words["until"].format(minutes=minutes), class_="soft"), _form(action, hidden, *buttons),
    )  # fmt: skip


def _scope(language: str, name: str, letters: str, part: bool) -> str:
    words = WORDS[language]
    if not letters:
        return words.get(name, name)
    does = [words["r"]] * bool(set(letters) & set("rs")) + [words["w"]] * bool(set(letters) & set("cud"))
    what = words.get(name) or (TYPES[name][LANGUAGES.index(language)] if name in TYPES else name)
    return f"{', '.join(does)} {words['some'].format(type=what) if part else what}"


def refusal(language: str, why: str) -> str:
    """Why the login ends here."""
    words = WORDS[language]
    known = None if language == "en" else WHY.get(why)
    told = known[LANGUAGES.index(language)] if known else why
    reason = el("p", told, role="alert", lang=None if known or language == "en" else "en")
    return _page(language, words["wrong"], reason, el("p", words["back"]))


def farewell(language: str) -> str:
    """Logged out."""
    words = WORDS[language]
    return _page(language, words["out"], el("p", words["out-text"]))

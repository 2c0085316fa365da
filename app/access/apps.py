"""Apps: which of the scopes that they ask for they are given, and where they may be answered.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

from collections.abc import Iterator
from urllib.parse import quote

from app.access.scopes import EVERY, Grant, grant_of
from app.registrations import App
from app.settings import Settings

LAUNCH, LAUNCH_PATIENT, OPENID, OFFLINE, ONLINE = (
    "launch",
    "launch/patient",
    "openid",
    "offline_access",
    "online_access",
)
CONTEXT = (OPENID, "fhirUser", "profile", LAUNCH, LAUNCH_PATIENT, OFFLINE, ONLINE)


def find(settings: Settings, client_id: str) -> App | None:
    """The registered app."""
    return next((row for row in settings.pilot.apps if row.client_id == client_id), None)


def granted(app: App, asked: str) -> tuple[str, ...]:
    """The scopes among ``asked`` that the app is registered for, each narrowed to what is registered; none twice."""
    levels = ("system",) if "systems" in app.gives else ("patient", "user")
    context = [one for one in asked.split() if one in CONTEXT and one in app.scopes]
    most = [grant for grant in map(grant_of, app.scopes) if grant is not None]
    wanted = [grant for grant in map(grant_of, asked.split()) if grant is not None and grant.level in levels]
    data = [text for grant in wanted for limit in most for text in _met(grant, limit)]
    return tuple(dict.fromkeys((*context, *data)))


def _met(wanted: Grant, limit: Grant) -> Iterator[str]:
    """What both grants cover, as a scope; nothing where they do not meet."""
    if wanted.level != limit.level or not (wanted.names(limit.type) or limit.names(wanted.type)):
        return
    letters = "".join(letter for letter in "cruds" if letter in wanted.letters and letter in limit.letters)
    type_name = limit.type if wanted.type == EVERY else wanted.type
    where = tuple(dict.fromkeys((*limit.where, *wanted.where)))
    text = text_of(Grant(wanted.level, type_name, letters, where))
    if letters and grant_of(text) is not None:
        yield text


def text_of(grant: Grant) -> str:
    """The scope as it is written."""
    arguments = "&".join(
        f"{name}={','.join(quote(one, safe=':/|.-_') for one in values)}" for name, values in grant.where
    )
    return f"{grant.level}/{grant.type}.{grant.letters}" + (f"?{arguments}" if arguments else "")


def needs_patient(scopes: tuple[str, ...]) -> bool:
    """Whether the scopes ask for a woman in context."""
    return LAUNCH_PATIENT in scopes or any(scope.startswith("patient/") for scope in scopes)

"""The page where somebody is chosen to log in. It asks for no secret: whoever opens it may be anybody of the pilot."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from starlette.responses import HTMLResponse

from helsekort_sandbox.openid.profile import Level, Login

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
fieldset,li{border:1px solid #b8b8b8;border-radius:4px;padding:.6rem 1rem;margin:.5rem 0}
ul{list-style:none;padding:0} h2{font-size:1rem;margin:0} p{margin:.2rem 0}
button{font:inherit;padding:.4rem .8rem;margin:.3rem .3rem 0 0;border:1px solid #0b5394;border-radius:4px;
background:#0b5394;color:#fff;cursor:pointer} button:focus{outline:3px solid #f1c232} .other{background:#fff;color:#0b5394}
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def _page(title: str, body: str, status: int) -> HTMLResponse:
    text = (
        '<!doctype html><html lang="nb"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(text, status, _HEADERS)


def refusal(title: str, why: str) -> HTMLResponse:
    """Nobody can log in with this request."""
    return _page(
        title,
        f'<h1>{escape(title)}</h1><p role="alert">Innloggingen kan ikke fortsette. {escape(why)}.</p>',
        400,
    )


def farewell(title: str) -> HTMLResponse:
    """Somebody logged out."""
    return _page(title, f"<h1>{escape(title)}</h1><p>Du er logget ut.</p>", 200)


def picker(
    title: str,
    action: str,
    hidden: dict[str, str],
    client: str,
    levels: Sequence[Level],
    logins: Sequence[Login],
) -> HTMLResponse:
    """The persons, each with one button for each way to log in."""
    fields = "".join(
        f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in hidden.items()
    )
    radios = "".join(
        f'<p><label><input type="radio" name="level" value="{escape(row.key)}"{" checked" if n == 0 else ""}> '
        f"{escape(row.label)}</label></p>"
        for n, row in enumerate(levels)
    )
    rows = "".join(
        f"<li><h2>{escape(name)}</h2>"
        + "".join(f"<p>{escape(detail)}</p>" for detail in dict.fromkeys(row.detail for row in same))
        + "".join(
            f'<button name="login" value="{escape(row.key)}">{escape(row.button)}</button>' for row in same
        )
        + "</li>"
        for name, same in ((name, list(group)) for name, group in groupby(logins, key=lambda row: row.person))
    )
    body = (
        f"<h1>{escape(title)}</h1><p>{escape(client)} ber deg logge inn. Dette er en etterligning for utprøving: "
        "alle er oppdiktet, og du velger selv hvem du er.</p>"
        f'<form method="post" action="{escape(action)}">{fields}'
        f"<fieldset><legend>Innloggingsnivå</legend>{radios}</fieldset><ul>{rows}</ul>"
        '<button class="other" name="cancel" value="1">Avbryt</button></form>'
    )
    return _page(title, body, 200)

"""A quick way out of her own pages, for who must not be seen reading them.

A link and no script, so that it works everywhere; it leads to the weather, and what stands in the browser's history is
called no more than "my page". Pages are never kept by the browser (``Cache-Control: no-store``), so that going back shows
nothing without her login.
"""

from app.render.markup import Html, el

ELSEWHERE = "https://www.yr.no/"
LEAVING_PHRASES: dict[str, tuple[str, str, str]] = {
    "leave": ("Forlat siden", "Forlat sida", "Leave this page"),
    "unremarkable": ("Min side", "Mi side", "My page"),
}
STYLE = """
.leave{position:fixed;right:12px;bottom:12px;z-index:2;background:#1b2430;color:#fff;border:2px solid #fff;border-radius:8px;
padding:12px 18px;font-weight:650;text-decoration:none}
@media print{.leave{display:none}}
"""


def leave(text: str) -> Html:
    """The way out: a landmark of its own, so that who hears the page finds it at once."""
    return el("nav", el("a", text, href=ELSEWHERE, rel="noreferrer", class_="leave"), aria_label=text)

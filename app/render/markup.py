"""HTML and SVG that cannot be injected into: every string is escaped unless it was made here.

https://html.spec.whatwg.org/multipage/syntax.html
"""

from html import escape

VOID = frozenset({"meta", "br", "input", "line", "circle", "rect", "polyline", "path"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Content = str | None


def el(name: str, /, *content: Content, **attributes: str | None) -> Html:
    """An element; a trailing underscore (``class_``) and inner ones (``aria_label``) fit attribute names to Python."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not content:
        return Html(f"<{name}{written}>" if name in {"meta", "br"} else f"<{name}{written}/>")
    return Html(f"<{name}{written}>{joined(*content)}</{name}>")


def joined(*content: Content) -> Html:
    """``content`` one after the other; None is nothing."""
    return Html("".join(row if isinstance(row, Html) else escape(row) for row in content if row is not None))

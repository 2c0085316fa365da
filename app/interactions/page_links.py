"""Page links: a place in a result, sealed for the caller and the question that it belongs to.

Nobody else can use one, and nothing can be read from it: https://hl7.org/fhir/R4/http.html#paging
"""

import json
from typing import Any

from app.access.sealing import Broken
from app.fhir.outcome import BadRequest
from app.interactions.context import Context


def _purpose(context: Context, question: str) -> str:
    return f"page {question} {context.caller.subject} {context.caller.author}"


def close(context: Context, question: str, content: Any) -> str:
    """``content`` (JSON) as the ``_cursor`` of a link."""
    return context.house.seal.close_text(
        json.dumps(content, default=str).encode(), _purpose(context, question)
    )


def opened(context: Context, question: str, cursor: str) -> Any:
    """The content of a cursor. Raises BadRequest for one of another caller or question."""
    try:
        return json.loads(context.house.seal.open_text(cursor, _purpose(context, question)))
    except Broken as error:
        raise BadRequest("This page link is not yours, or is not for this search", "_cursor") from error

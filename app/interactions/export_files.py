"""A file of a bulk export, line by line: https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request

What a line may show is decided and masked when it is sent, as for a read at that time.
"""

import re
from collections.abc import AsyncIterator

from app.access.standing import LOCATING
from app.fhir import json as fhir_json
from app.fhir.outcome import NotFound
from app.fhir.summary import Form, subset
from app.interactions.context import Answer, Context
from app.interactions.export_request import form
from app.interactions.guard import scoped
from app.interactions.redaction import mask, view
from app.store import export_files
from app.store.export_files import File, Line
from app.store.export_sql import DELETED, OUTPUT

NDJSON = "application/fhir+ndjson"
_NAME = re.compile(r"([A-Za-z]{1,64})-([1-9]\d{0,5})\.ndjson")
_BREAKS = bytes.maketrans(b"\r\n", b"  ")  # between tokens: JSON has none inside strings


async def fetch(context: Context, id_: str, name: str) -> Answer:
    """A file of the caller's own export. Raises NotFound."""
    scoped(context.caller, "read")
    match = _NAME.fullmatch(name)
    if match is None:
        raise NotFound("There is no such file")
    kind, type_name = (DELETED, "Bundle") if match[1] == DELETED else (OUTPUT, match[1])
    context.entry.facts["type"] = type_name
    file = await export_files.open_file(context.session, id_, kind, type_name, int(match[2]))
    if file is None:
        raise NotFound("There is no such file")
    return Answer(200, None, {}, NDJSON, stream=_lines(context, file))


async def _lines(context: Context, file: File) -> AsyncIterator[bytes]:
    wanted = form(file.request["elements"], file.type)
    async for chunks in export_files.pages(context.session, file):
        rows = [row for chunk in chunks for row in chunk]
        text = b"".join(
            (_line(row, wanted) for row in rows)
            if file.kind == OUTPUT
            else map(_deletion, filter(None, chunks))
        )
        if text:
            yield text


def _line(row: Line, wanted: Form) -> bytes:
    """One resource as the caller may see it; where a woman is whose address is confidential stands in no export."""
    body, _ = view(row.stored)
    if row.protected:
        body = mask(body, LOCATING.get(row.stored.type, ()))
    return subset(body, wanted).translate(_BREAKS) + b"\n"


def _deletion(chunk: list[Line]) -> bytes:
    """A transaction that takes away what is gone here."""
    gone = (row.stored for row in chunk)
    entries = [{"request": {"method": "DELETE", "url": f"{row.type}/{row.id}"}} for row in gone]
    return fhir_json.dump({"resourceType": "Bundle", "type": "transaction", "entry": entries}) + b"\n"

"""Binary as the file that it holds: https://hl7.org/fhir/R4/binary.html

A file comes and goes as it is, unless FHIR's own content type is asked for. Whose it is stands in ``securityContext``, which
comes by the header X-Security-Context.
"""

import base64
import re
from dataclasses import replace

from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest
from app.interactions.context import Answer, Context

_MEDIA_TYPE = re.compile(
    r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w.-]+=(?:[\w!#$&^.+-]+|\"[\w !#$&^.+/-]*\"))*", re.ASCII
)
_UNKNOWN = "application/octet-stream"
# Whatever a file says that it is, no browser runs it here
_HARMLESS = {
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Vary": "Accept",
}


def resource_of(
    context: Context, content: bytes, media_type: str, security_context: str, id_: str = ""
) -> bytes:
    """The Binary that holds ``content``. Raises BadRequest."""
    if not content:
        raise BadRequest("There is nothing in the body", "Binary.data", code="required")
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise BadRequest("Content-Type must say what the file is", "http.Content-Type", code="required")
    if not security_context and context.caller.role is not Role.HARNESS:
        text = "X-Security-Context must name the woman, or what the file belongs to, as Type/id"
        raise BadRequest(text, "http.X-Security-Context", code="required")
    return fhir_json.dump(
        {
            "resourceType": "Binary",
            **({"id": id_} if id_ else {}),
            "contentType": media_type,
            **({"securityContext": {"reference": security_context}} if security_context else {}),
            "data": base64.b64encode(content).decode(),
        }
    )


def content_of(answer: Answer) -> Answer:
    """The file in an answer that holds a Binary; what is no success stays as it is."""
    if answer.body is None:
        return answer
    binary = fhir_json.read(answer.body)
    stated = binary.get("contentType", "")
    media_type = stated if _MEDIA_TYPE.fullmatch(stated) else _UNKNOWN
    headers = {**answer.headers, **_HARMLESS, "Content-Type": media_type}
    return replace(
        answer, body=base64.b64decode(binary.get("data", "")), headers=headers, media_type=media_type
    )

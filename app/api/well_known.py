"""What anybody may know of this server: the keys that sign its notifications (https://www.rfc-editor.org/rfc/rfc7517)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_AGE = "public, max-age=300"  # a new key is published this long before it signs


async def jwks(request: Request) -> Response:
    """GET /.well-known/jwks.json"""
    signing = request.app.state.house.signing
    found = signing.published() if signing is not None else {"keys": []}
    return JSONResponse(found, headers={"Cache-Control": MAX_AGE}, media_type="application/jwk-set+json")

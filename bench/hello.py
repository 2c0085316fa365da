"""The yardstick: the least that a Starlette application can do. https://www.starlette.io"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def hello(_request: Request) -> Response:
    """Say hello."""
    return JSONResponse({"hello": "world"})


app = Starlette(routes=[Route("/", hello)])

"""Read what a request asks for.

Owns bodies, pages and path parameters; refuses what GitHub refuses.
"""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rehearsal.github.rest.errors import Refusal, not_found

MAX_PER_PAGE, DEFAULT_PER_PAGE = 100, 30
Item = TypeVar("Item")


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent; nothing counts as an empty one."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Body should be a JSON object")
    return body


def number_of(request: Request, name: str) -> int:
    """Return a number from the path; what is none names nothing."""
    text = str(request.path_params[name])
    if not text.isascii() or not text.isdigit():
        raise not_found()
    return int(text)


def require_token(request: Request) -> None:
    """Refuse a change by somebody unknown."""
    if not request.scope["state"]["token"]:
        raise Refusal(401, "Requires authentication")


def page_response(
    request: Request,
    items: Sequence[Item],
    shown: Callable[[Item], dict[str, Any]],
    member: str | None = None,
) -> Response:
    """Answer one page of a list.

    Args:
        request: Says which page, and how long pages are.
        items: The whole list.
        shown: Turns one item into JSON.
        member: Where in the body the items go; None makes the body a bare list.
    """
    size = _natural(request, "per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE)
    page = _natural(request, "page", 1, None)
    chosen = [shown(item) for item in items[(page - 1) * size : page * size]]
    body = {"total_count": len(items), member: chosen} if member else chosen
    link = _link(request, page, max(1, math.ceil(len(items) / size)))
    return JSONResponse(body, headers={"link": link} if link else {})


def _natural(request: Request, name: str, default: int, most: int | None) -> int:
    text = request.query_params.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() else default
    return min(number or default, most) if most else number or default


def _link(request: Request, page: int, last: int) -> str:
    places: dict[str, int] = {}
    if page > 1:
        places |= {"prev": min(page - 1, last), "first": 1}
    if page < last:
        places |= {"next": page + 1, "last": last}
    return ", ".join(
        f'<{_page_url(request, number)}>; rel="{name}"'
        for name, number in places.items()
    )


def _page_url(request: Request, page: int) -> str:
    query = {**request.query_params, "page": str(page)}
    return f"{request.url.replace(query='')}?{urlencode(query)}".replace("??", "?")

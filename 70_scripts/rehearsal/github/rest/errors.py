"""Refuse a request in GitHub's words.

Owns the shape of every error body.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

DOCUMENTATION = "https://docs.github.com/rest"


class Refusal(Exception):
    """An answer that is not the one asked for."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        """Name the status, the message, and further members of the body."""
        super().__init__(message)
        self.status, self.message, self.more = status, message, more


def not_found() -> Refusal:
    """Return the refusal for what is not there, or not for this client."""
    return Refusal(404, "Not Found")


def invalid(resource: str, field: str, code: str) -> Refusal:
    """Return the refusal for a body with a field that does not fit."""
    error = {"resource": resource, "field": field, "code": code}
    return Refusal(422, "Validation Failed", errors=[error])


def unchecked(ref: str) -> Refusal:
    """Return the refusal to deploy a commit without green checks."""
    fields = {"resource": "Deployment", "field": "required_contexts", "contexts": []}
    message = f"Conflict: Commit status checks failed for {ref}."
    return Refusal(409, message, errors=[{**fields, "code": "invalid"}])


def error_body(status: int, message: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a refusal."""
    known = {"documentation_url": DOCUMENTATION, "status": str(status)}
    return {"message": message, **more, **known}


def refusal_response(request: Request, error: Exception) -> Response:
    """Answer a refusal that a route raised."""
    if not isinstance(error, Refusal):
        raise error
    body = error_body(error.status, error.message, error.more)
    return JSONResponse(body, error.status)


def not_found_response(request: Request, error: Exception) -> Response:
    """Answer a path or a method that nobody serves: to GitHub both are a 404."""
    return JSONResponse(error_body(404, "Not Found", {}), 404)

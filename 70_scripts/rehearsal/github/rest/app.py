"""Put the routes together."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from rehearsal.faults import Faults
from rehearsal.github.rest.action_routes import ActionRoutes
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.commit_routes import CommitRoutes
from rehearsal.github.rest.deployment_routes import DeploymentRoutes
from rehearsal.github.rest.errors import Refusal, not_found_response, refusal_response
from rehearsal.github.rest.front import VERSIONS, Front
from rehearsal.github.rest.limits import Limits
from rehearsal.github.rest.pull_routes import PullRoutes
from rehearsal.github.rest.run_routes import RunRoutes
from rehearsal.github.tokens import Tokens


def api_application(
    backstage: Backstage, tokens: Tokens, limits: Limits, faults: Faults
) -> ASGIApp:
    """Return the whole service as one application."""
    runs = RunRoutes(backstage)
    commits = CommitRoutes(backstage)
    within = [
        *runs.routes(),
        *ActionRoutes(backstage).routes(),
        *commits.routes(),
        *DeploymentRoutes(backstage).routes(),
        *PullRoutes(backstage).routes(),
    ]
    name = backstage.site.full_name
    routes = Starlette(
        routes=[
            Route("/rate_limit", _rate_limit(limits)),
            *runs.file_routes(),
            Route(f"/repos/{name}", commits.repository),
            Mount(f"/repos/{name}", routes=within),
            # What a renamed repository's old address redirects to.
            Mount("/repositories/{number:int}", routes=within),
        ],
        exception_handlers={
            Refusal: refusal_response,
            404: not_found_response,
            405: not_found_response,
        },
    )
    routes.router.redirect_slashes = False
    return Front(routes, tokens, limits, faults)


def _rate_limit(limits: Limits):  # type: ignore[no-untyped-def]
    def rate_limit(request: Request) -> Response:
        state = request.scope["state"]
        mine = limits.of(state["token"])
        core = {
            "limit": mine.limit,
            "used": mine.used,
            "remaining": mine.remaining,
            "reset": mine.reset,
        }
        search = {"limit": 10, "used": 0, "remaining": 10, "reset": mine.reset}
        body: dict[str, object] = {"resources": {"core": core, "search": search}}
        if state["version"] == VERSIONS[0]:
            # Deprecated there, and gone from the next version.
            body["rate"] = core
        return JSONResponse(body)

    return rate_limit

"""Put the routes together: the API, and the pages that people see."""

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from rehearsal.faults import Faults
from rehearsal.github.rest.action_routes import ActionRoutes
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.rest.errors import Refusal, not_found_response, refusal_response
from rehearsal.github.rest.front import Front
from rehearsal.github.rest.limits import Limits
from rehearsal.github.rest.report_routes import ReportRoutes
from rehearsal.github.rest.run_pages import RunPages
from rehearsal.github.rest.run_routes import RunRoutes
from rehearsal.github.tokens import Tokens


def api_application(
    backstage: Backstage, tokens: Tokens, limits: Limits, faults: Faults
) -> ASGIApp:
    """Return the whole service as one application."""
    runs, pages = RunRoutes(backstage), RunPages(backstage)
    actions, reports = ActionRoutes(backstage), ReportRoutes(backstage)
    within: list[Route] = [*runs.routes(), *actions.routes(), *reports.routes()]
    routes = Starlette(
        routes=[
            *runs.file_routes(),
            *pages.routes(),
            Mount(f"/repos/{backstage.site.full_name}", routes=within),
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

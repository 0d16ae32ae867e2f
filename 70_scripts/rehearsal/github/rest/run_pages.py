"""The pages of the loopback GitHub: what ran, and each run with its jobs' logs.

Owns how they look. Names, titles and logs are text: nothing of them is markup.
"""

from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.runs import Job, Run
from rehearsal.pages import page

_STYLE = """
table { border-collapse: collapse; width: 100% }
td { padding: .35rem .6rem; border-bottom: 1px solid #8883 }
td:last-child { text-align: right }
summary { cursor: pointer; padding: .3rem 0 }
.success { color: #1a7f37 } .failure { color: #cf222e } .busy { color: #9a6700 }
"""
_SIGNS = {"success": "✓", "failure": "✗", "startup_failure": "✗", "skipped": "⊘"}
_STAMP = 29  # characters in front of each line of a log


class RunPages:
    """What people see in a browser."""

    def __init__(self, backstage: Backstage) -> None:
        """Show what is backstage."""
        self._ledger, self._site = backstage.ledger, backstage.site
        self._find = backstage.run

    def routes(self) -> list[Route]:
        """Return every route; the addresses are those of GitHub's own pages."""
        own = f"/{self._site.full_name}/actions"
        return [
            Route("/", lambda _: RedirectResponse(own)),
            Route(own, self.runs),
            Route(own + "/runs/{run}", self.run),
            Route(own + "/runs/{run}/job/{job}", self.run),
        ]

    def runs(self, request: Request) -> Response:
        """Show every run, the newest first."""
        rows = "".join(map(self._row, self._ledger.runs()))
        title = f"{self._site.full_name}: actions"
        body = f"<h1>{escape(title)}</h1><table>{rows}</table>"
        return page(title, body if rows else body + "<p>Nothing ran yet.</p>", _STYLE)

    def run(self, request: Request) -> Response:
        """Show one run: its jobs with their logs, open where one runs or failed."""
        run = self._find(request)
        found = self._ledger.jobs(run.id, run.attempt)
        jobs = "".join(self._job(job, is_only=len(found) == 1) for job in found)
        title = f"{run.workflow_name} #{run.number}"
        facts = (run.trigger.event, run.trigger.branch, run.sha[:7], run.title)
        body = (
            f"<p><a href='/{escape(self._site.full_name)}/actions'>all runs</a></p>"
            f"<h1>{_mark(run)} {escape(title)} <small>{_took(run)}</small></h1>"
            f"<p class=quiet>{escape(' · '.join(facts))}</p>"
        )
        body += jobs or "<p>It has no jobs.</p>"
        return page(title, body, _STYLE, is_live=not run.is_completed)

    def _row(self, run: Run) -> str:
        name = f"{run.workflow_name} #{run.number}"
        link = f"<a href='{escape(self._site.html)}/actions/runs/{run.id}'>"
        facts = f"{run.trigger.event} {run.sha[:7]} · {run.title}"
        return (
            f"<tr><td>{_mark(run)} {link}{escape(name)}</a></td>"
            f"<td class=quiet>{escape(facts)}</td><td>{_took(run)}</td></tr>\n"
        )

    def _job(self, job: Job, *, is_only: bool) -> str:
        lines = self._ledger.log(job.id).splitlines()
        log = escape("\n".join(line[_STAMP:] for line in lines)) or "no output"
        is_told = is_only or job.conclusion == "failure" or job.status == "in_progress"
        is_open = " open" if is_told else ""
        head = f"{_mark(job)} {escape(job.name)} <small>{_took(job)}</small>"
        return f"<details{is_open}><summary>{head}</summary><pre>{log}</pre></details>"


def _mark(one: Run | Job) -> str:
    state = one.conclusion or one.status
    kind = "busy" if one.conclusion is None else state.replace("startup_", "")
    sign = "●" if one.conclusion is None else _SIGNS.get(state, "⊘")
    return f"<span class={escape(kind)} title={escape(state)}>{sign}</span>"


def _took(one: Run | Job) -> str:
    end = one.updated_at if isinstance(one, Run) else one.completed_at
    if one.conclusion is None or one.started_at is None or end is None:
        return one.status.replace("_", " ")
    return f"{end - one.started_at:.1f} s"

"""Start what pushes, pull requests and completed runs start.

Owns the order of the questions: which commit, which files, which filters.
"""

from collections.abc import Callable

from rehearsal.github.catalog import Catalog
from rehearsal.github.origin import ZERO_SHA, Origin
from rehearsal.github.parsing import parse_workflow
from rehearsal.github.payloads.events import pull_event, push_event, run_event
from rehearsal.github.payloads.pulls import pull_json
from rehearsal.github.payloads.runs import run_json
from rehearsal.github.pulls import Pull
from rehearsal.github.pushes import Push
from rehearsal.github.runs import Run, Trigger
from rehearsal.github.site import DEFAULT_REF, Site
from rehearsal.github.starting import Starter
from rehearsal.github.triggers import (
    is_skipped_by,
    is_started_by_pull,
    is_started_by_push,
    is_started_by_run,
)
from rehearsal.github.workflow import WorkflowError

# GitHub lets workflow_run start a chain of at most three.
MAX_DEPTH = 3
MAX_COMMITS = 20


class Events:
    """What happens to the repository by itself."""

    def __init__(
        self, site: Site, origin: Origin, catalog: Catalog, starter: Starter
    ) -> None:
        """Begin before the first push."""
        self._site, self._origin = site, origin
        self._catalog, self._starter = catalog, starter
        self.pushes: list[Push] = []
        self.on_push: Callable[[Push], None] = lambda push: None

    def push(self, push: Push) -> None:
        """Note a push, and start what it starts."""
        self.pushes.append(push)
        self.on_push(push)
        sha = None if push.after == ZERO_SHA else self._origin.resolve(push.after)
        if sha is None or not push.ref.startswith(("refs/heads/", "refs/tags/")):
            return
        if is_skipped_by(self._origin.commit(sha).message):
            return
        changed = self._origin.changed_paths(push.before, sha)
        trigger = self._push_trigger(push, sha)
        for path, text in self._catalog.texts(sha).items():
            try:
                workflow = parse_workflow(path, text)
            except WorkflowError:
                self._starter.refuse(path, trigger)
                continue
            if is_started_by_push(workflow, push.ref, changed):
                self._starter.start(workflow, text, trigger)

    def pull(self, pull: Pull, action: str) -> None:
        """Start what something done to a pull request starts, from its trial merge."""
        head = self._origin.commit(pull.head_sha)
        if pull.trial is None or is_skipped_by(head.message):
            return
        payload = pull_event(self._site, pull_json(self._site, pull), action)
        ref, sha = f"refs/pull/{pull.number}/merge", pull.head_sha
        trigger = Trigger("pull_request", sha, ref, payload, trial=pull.trial)
        changed = self._origin.changed_paths(pull.base_sha, pull.trial)
        for workflow, text in self._catalog.at(pull.trial):
            if is_started_by_pull(workflow, pull.base, action, changed):
                self._starter.start(workflow, text, trigger)

    def completed(self, run: Run) -> None:
        """Start what the end of a run starts, from the default branch's files."""
        sha, depth = self._catalog.default_head(), run.trigger.depth + 1
        if sha is None or depth > MAX_DEPTH:
            return
        body = run_json(self._site, run, self._origin.commit(run.sha))
        payload = run_event(self._site, body)
        trigger = Trigger("workflow_run", sha, DEFAULT_REF, payload, depth=depth)
        for workflow, text in self._catalog.at(sha):
            if is_started_by_run(workflow, run.workflow_name, run.trigger.branch):
                self._starter.start(workflow, text, trigger)

    def _push_trigger(self, push: Push, sha: str) -> Trigger:
        origin = self._origin
        is_known = push.before != ZERO_SHA and origin.has_object(push.before)
        shas = origin.commits_between(push.before, sha) if is_known else (sha,)
        commits = tuple(origin.commit(one) for one in shas[-MAX_COMMITS:])
        payload = push_event(self._site, push, commits, origin.commit(sha))
        return Trigger("push", sha, push.ref, payload)

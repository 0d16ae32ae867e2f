"""The one place that puts the parts together, from configuration."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.config import Config
from pipeline.core.gate import missing_jobs
from pipeline.core.patience import Patience
from pipeline.core.origin import repository_of
from pipeline.core.sha import Sha
from pipeline.core.verdict import Job as CiJob
from pipeline.core.verdict import Run, deciding_run
from pipeline.core.availability import Vantage
from pipeline.effects.account import is_of_another_user, refuse_other_user
from pipeline.effects.actions import (
    WorkflowContext,
    finished_run,
    workflow_context,
    tell,
)
from pipeline.effects.clock import Clock, SystemClock
from pipeline.effects.http import Http
from pipeline.errors import EXPECTED, ConfigurationError
from pipeline.journal.adoptions import Adoptions
from pipeline.journal.database import open_database
from pipeline.adapters.discord import Discord
from pipeline.adapters.git_store import Store
from pipeline.adapters.github import GitHub
from pipeline.adapters.github_deployments import GitHubDeployments, Place
from pipeline.adapters.health import Endpoint
from pipeline.journal.writer import Journal
from pipeline.adapters.lock import held, is_held
from pipeline.adapters.outbox import Outbox
from pipeline.adapters.secrets import FILE_NAME, Secrets, is_safe_address, load_secrets
from pipeline.adapters.state_file import StateFile
from pipeline.adapters.ci_watcher import WatcherLauncher
from pipeline.strategies.choice import host_policy_of, strategy_of
from pipeline.operations.adoption import Gate
from pipeline.operations.backups import back_up
from pipeline.operations.ci_triggers import CiTriggers
from pipeline.operations.environment import Environment, Judged, Promoted
from pipeline.operations.layout import Layout
from pipeline.operations.mail import Allowance, Mail
from pipeline.operations.journal_migration import migrate_at_start
from pipeline.operations.monitoring import Target
from pipeline.operations.pointer import Pointer
from pipeline.operations.pruning import Pruning
from pipeline.operations.releases import Releases
from pipeline.operations.reporting import Reports
from pipeline.operations.ci_polling import Watch

SCRIPTS = Path(__file__).resolve().parent.parent
LOCK_PATIENCE = 900.0
POINTER = "last-validated-sha.txt"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything that a script may need, built when it is asked for."""

    config: Config
    config_file: Path
    secrets: Secrets
    clock: Clock
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def journal_file(self) -> Path:
        """Return where the journal is."""
        return self.config.paths.state / "journal.db"

    def outbox(self) -> Mail:
        """Return what goes out; without a webhook or a token it is only kept."""
        webhook, state = self.secrets.webhook, self.config.paths.state
        discord = Discord(Http(), webhook) if webhook else None
        lock = state / "outbox.lock"
        notices = Outbox(self.journal_file, lock, discord, self.clock)
        github = self._github_reports()
        places = {
            name: Place(
                name,
                one.url,
                is_production=one.promoted_from is not None,
                has_commit_status=one.commit_status,
            )
            for name, one in self.config.environments.items()
        }
        lock = state / "reports.lock"
        reports = Reports(self.journal_file, lock, github, places, self.clock)
        return Mail(notices, reports, self.clock, self.allowance)

    def job(self, sha: Sha | None = None) -> WorkflowContext:
        """Return the surrounding job, if it is one of this repository.

        Where ``sha`` is given it must be the job's own commit.
        """
        return workflow_context(self._repository_if_known(), sha)

    def _github_reports(self) -> GitHubDeployments | None:
        settings, token = self.config.github, self.secrets.token
        if not token or not Layout(self.config.paths.root).store.is_dir():
            return None
        repository = self._repository_if_known()
        if repository is None:
            return None
        return GitHubDeployments(
            Http(), settings.api_url, repository, token, self.clock
        )

    def _repository(self) -> str | None:
        named = self.config.github.repository
        return named or repository_of(self.store().origin())

    def finished_run(self) -> object:
        """Return the run of this repository that started the surrounding job."""
        return finished_run(self._repository_if_known())

    def _repository_if_known(self) -> str | None:
        try:
            return self._repository()
        except EXPECTED:
            return None  # What only describes a deployment never stops one.

    def store(self) -> Store:
        """Return the bare repository.

        Raises:
            ConfigurationError: it is not there.
        """
        path = Layout(self.config.paths.root).store
        if not path.is_dir():
            raise ConfigurationError(
                "opening the deployment root",
                f"{path} is missing",
                "set the VM up first",
            )
        return Store(path, self.config.github.branch)

    def releases(self) -> Releases:
        """Return the pipeline's own versions."""
        return releases_of(self.config)

    def _patience(self) -> Patience:
        return Patience(self.config.ci.deadline, self.config.ci.patience)

    def _triggers(self, name: str, store: Store, journal: Journal) -> CiTriggers:
        def previous(sha: Sha) -> Sha | None:
            return journal.deployments.previous_deploy(name, sha)

        github = self.config.github
        return CiTriggers(store, github.branch, github.workflow, previous)

    def watch(self, why_no_ci: Callable[[Sha], str] = lambda _: "") -> Watch:
        """Return how verdicts are waited for; ``why_no_ci`` is an environment's."""
        settings, ci = self.config.github, self.config.ci
        repository = self._repository()
        if repository is None:
            raise ConfigurationError(
                "finding the repository on GitHub",
                "origin's URL does not name it",
                "set github.repository to owner/name",
            )
        http, token = Http(), self.secrets.token
        github = GitHub(http, settings.api_url, repository, token, self.clock)
        return Watch(
            github,
            settings.workflow,
            ci.gate_jobs,
            ci.interval,
            self._patience(),
            why_no_ci,
        )

    def gate(self, journal: Journal) -> Gate:
        """Return what decides whether a commit's pipeline may be put in force."""
        ci = self.config.ci
        return Gate(
            journal,
            Adoptions(open_database(self.journal_file), self.clock),
            self.store(),
            ci.gate_jobs,
            ci.pipeline_jobs,
            self.passing_run,
            self.jobs_of,
        )

    def passing_run(self, sha: Sha) -> Run | None:
        """Return the run of CI that a commit passed, None if there is none."""
        workflow = self.config.github.workflow
        run = deciding_run(self.watch().github.runs(sha, workflow), sha, workflow)
        return run if run and run.conclusion == "success" else None

    def jobs_of(self, run: Run) -> list[CiJob]:
        """Return the jobs of a run."""
        return self.watch().github.jobs(run)

    def watcher(self, environment: str) -> WatcherLauncher:
        """Return what starts an environment's watchers."""
        return WatcherLauncher(
            environment=environment,
            script=SCRIPTS / "watch_ci.py",
            config=self.config_file,
            locks=self.config.paths.state / "watchers",
            logs=self.config.paths.watcher_logs,
            fallback_logs=self.config.paths.state / "logs",
        )

    def endpoint(self, name: str, vantage: Vantage) -> Endpoint:
        """Return an environment's address, as seen from the VM or from elsewhere."""
        settings = self.config.environment(name)
        content, health = self.config.app.content, self.config.health
        if vantage is Vantage.OUTSIDE:
            http, base = Http(), settings.url.rstrip("/")
        else:
            http = Http(through_proxy=False)
            base = f"http://{settings.bind}:{settings.port}"
        soak = settings.soak
        if soak is None:
            soak = health.soak
        return Endpoint(http, base, name, content, health, settings.checks, soak)

    def pruning(self) -> Pruning:
        """Return the rule of what is kept."""
        stamp = self.config.paths.state / "pruned"
        return Pruning(self.config.prune.keep_releases, stamp)

    def target(self, name: str, vantage: Vantage) -> Target:
        """Return an environment as the health watch sees it."""
        url = self.config.environment(name).url
        return Target(name, url, self.endpoint(name, vantage), vantage)

    def environment(self, name: str) -> Environment:
        """Return one environment with all its adapters.

        Raises:
            ConfigurationError: there is none of that name, or it is not set up.
        """
        settings = self.config.environment(name)
        state, store = self.config.paths.state, self.store()
        journal = Journal(open_database(self.journal_file), self.clock)
        strategy = strategy_of(self.config, name, store)
        return Environment(
            name=name,
            role=self._role(name, store, journal),
            store=store,
            strategy=strategy,
            endpoint=self.endpoint(name, Vantage.INSIDE),
            journal=journal,
            pointer=self._pointer(settings.promoted_from or name, store, journal),
            outbox=self.outbox(),
            clock=self.clock,
            lock=partial(self._lock, name),
            say=say,
            url=settings.url,
            is_busy=lambda: is_held(state / f"{name}.lock"),
            rolls_back=settings.rollback_on_failure,
            check_host_use=host_policy_of(self.config, name, store, strategy).check,
            backup=self._back_up if settings.backup else None,
        )

    def _pointer(self, judged: str, store: Store, journal: Journal) -> Pointer:
        """Return the pointer of a judged environment; the first one's is well known."""
        names = self.config.environments.items()
        first = next((name for name, one in names if not one.promoted_from), judged)
        place = Path(POINTER)
        file = place if judged == first else place.with_stem(f"{place.stem}-{judged}")
        state = StateFile(self.config.paths.state / file)
        return Pointer(judged, journal, state, store, say)

    def _role(self, name: str, store: Store, journal: Journal) -> Judged | Promoted:
        if source := self.config.environment(name).promoted_from:
            return Promoted(source)
        return Judged(
            watchers=self.watcher(name),
            on_no_verdict=self.config.ci.on_no_verdict,
            patience=self._patience(),
            on_no_ci=self.config.ci.on_no_ci,
            why_no_ci=self._triggers(name, store, journal).why_no_ci,
        )

    def _lock(
        self, name: str, patience: float | None = None
    ) -> AbstractContextManager[None]:
        lock = self.config.paths.state / f"{name}.lock"
        seconds = LOCK_PATIENCE if patience is None else patience
        return held(lock, self.clock, patience=seconds, is_inherited=True)

    def _back_up(self, env: Environment) -> str:
        return back_up(self.config, self.config_file, env).name


def releases_of(config: Config) -> Releases:
    """Return the pipeline's own versions, also where nothing is set up yet."""
    layout = Layout(config.paths.root)
    store = Store(layout.store, config.github.branch)
    lock = config.paths.state / "pipeline.lock"
    return Releases(layout, store, lock, SystemClock(), say)


def is_tested(config: Config, sha: Sha) -> bool:
    """Ask GitHub whether CI tested a commit's pipeline, also where no journal is left.

    Unsure is no.
    """
    pipeline = Pipeline(config, Path(), secrets_of(config), SystemClock())
    try:
        run = pipeline.passing_run(sha)
        jobs = pipeline.jobs_of(run) if run else []
    except EXPECTED as trouble:
        say(f"GitHub cannot say whether CI passed {sha.short}: {trouble}")
        return False
    wanted = (*config.ci.gate_jobs, *config.ci.pipeline_jobs)
    return bool(jobs) and not missing_jobs(jobs, wanted)


def build(config: Config, config_file: Path, *, reads: bool = False) -> Pipeline:
    """Return the pipeline of a configuration, its journal migrated if it has to be.

    Args:
        config: the configuration.
        config_file: where it was read.
        reads: nothing will be written; then anybody may ask.

    Raises:
        ConfigurationError: the state directory or the secrets cannot be used, or the
            journal cannot be migrated.
        TimedOut: others wrote the journal all the time.
    """
    state = config.paths.state
    if not state.is_dir():
        raise ConfigurationError(
            "opening the state directory", f"{state} is missing", "set the VM up first"
        )
    if not reads:
        refuse_other_user(state)
        migrate_at_start(config, SCRIPTS, SystemClock(), say)
    return Pipeline(config, config_file, secrets_of(config), SystemClock())


def secrets_of(config: Config) -> Secrets:
    """Return the secrets; to another user than the state's owner they are unknown."""
    state = config.paths.state
    if is_of_another_user(state):
        return Secrets()
    secrets = load_secrets(state / FILE_NAME)
    if secrets.token and not is_safe_address(config.github.api_url):
        raise ConfigurationError(
            "reading github.api_url",
            "it is an http:// address, where anybody on the way reads the token",
            "use https://, or take the token out",
        )
    return secrets


def say(text: str) -> None:
    """Print people's words to standard error."""
    tell(text)

"""Setting a VM up: run again, it repairs or upgrades, and destroys nothing.

The pipeline that guards is a copy of its own, outside every tree that gets reset.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config
from pipeline.core.env_block import merged
from pipeline.core.sha import Sha
from pipeline.effects.account import refuse_other_user
from pipeline.effects.files import make_folder, read_plain, write_atomically
from pipeline.errors import ConfigurationError, Refused
from pipeline.journal.adoptions import Adoptions
from pipeline.journal.database import open_database
from pipeline.adapters.compose import env_line
from pipeline.adapters.worktree_repair import mend_worktree
from pipeline.adapters.git_store import Store
from pipeline.journal.writer import Journal
from pipeline.adapters.lock import held
from pipeline.adapters.state_file import StateFile
from pipeline.operations.backups import shield
from pipeline.operations.first_release import Records, first_release
from pipeline.operations.layout import Layout
from pipeline.operations.releases import Releases, link

PATIENCE = 60.0  # seconds that an operation on an environment is waited for


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asked of set-up.

    Attributes:
        origin: the URL to fetch from, None for the one that is known.
        pipeline: the commit whose pipeline is put in force where none is.
        variables: what the compose files must know.
    """

    origin: str | None
    pipeline: Sha | None
    variables: dict[str, str]


def install(
    config: Config,
    releases: Releases,
    wishes: Wishes,
    is_tested: Callable[[Sha], bool],
    say: Callable[[str], None],
) -> Sha:
    """Make or mend the deployment root and the state directory.

    Args:
        config: where they are.
        releases: the pipeline's own versions.
        wishes: what was asked for.
        is_tested: asks GitHub whether CI tested a commit's pipeline.
        say: tells the person what is being done.

    Returns:
        The commit whose pipeline is in force.

    Raises:
        ConfigurationError: a place is taken by something else, or no origin is known.
        CommandFailed: git, or the pipeline's installation, could not do its part.
        TimedOut: an operation is at work on an environment.
        Refused: no record says which pipeline was validated.
    """
    layout, store = releases.layout, releases.store
    _make_state(config.paths.state)
    make_folder(layout.root)
    store.create(_origin(store, wishes.origin, say))
    say(f"==> {layout.store}: fetching {config.github.branch}")
    _fetch(config, store)
    with closing(open_database(config.paths.state / "journal.db")) as database:
        journal = Journal(database, releases.clock)
        _mend_worktrees(config, releases, journal, say)
        _write_variables(layout.root / "30_docker" / ".env", wishes.variables)
        link(layout.root / "70_scripts", Path(".pipeline") / "current" / "70_scripts")
        written = StateFile(config.paths.state / "last-validated-sha.txt").read()
        linked, adoptions = layout.in_force(), Adoptions(database, releases.clock)
        records = Records(journal, adoptions, store, written, linked, is_tested)
        return _in_force(releases, records, wishes.pipeline, say)


def _fetch(config: Config, store: Store) -> None:
    shield(config, store)
    store.fetch()


def _mend_worktrees(
    config: Config, releases: Releases, journal: Journal, say: Callable[[str], None]
) -> None:
    for name, settings in config.environments.items():
        place = releases.layout.root / settings.worktree
        lock = config.paths.state / f"{name}.lock"
        with held(lock, releases.clock, patience=PATIENCE):
            _mend_worktree(journal, releases.store, name, place, say)
        _link_compose_file(releases.layout, name, settings.worktree)


def _origin(store: Store, wanted: str | None, say: Callable[[str], None]) -> str:
    """Return the URL to fetch from; another one than before is said.

    Raises:
        ConfigurationError: none is known.
    """
    known = store.origin() if store.path.is_dir() else None
    if wanted is None and known is None:
        raise ConfigurationError(
            "setting this machine up",
            "no origin is known here yet",
            "name it: 70_scripts/setup_vm.sh --origin URL",
        )
    if wanted and known and wanted != known:
        say(f"==> {store.path}: origin was {known}, and is {wanted} from now on")
    return wanted or known or ""


def _write_variables(file: Path, variables: dict[str, str]) -> None:
    """Keep the team's lines of the file, and write ours into a block of their own."""
    text = read_plain(file).decode("utf-8") if file.exists() else ""
    lines = {name: env_line(name, variables[name]) for name in sorted(variables)}
    write_atomically(file, merged(text, lines))


def _make_state(state: Path) -> None:
    """Make the state directory, which other operators may read but not change.

    What is secret in it has a mode of its own; one that is there keeps its mode.
    """
    refuse_other_user(state)
    make_folder(state)


def _in_force(
    releases: Releases,
    records: Records,
    wanted: Sha | None,
    say: Callable[[str], None],
) -> Sha:
    """Return the commit whose pipeline is in force, putting one there if none is."""
    if records.linked is not None and releases.is_whole(records.linked):
        return records.linked
    if wanted is not None and not releases.store.is_deployable(wanted):
        raise Refused(
            f"putting the pipeline of {wanted.short} in force",
            "it is no commit of the branch that is deployed",
            "name another one",
        )
    found = wanted or first_release(records, say)
    releases.adopt(found)
    records.adoptions.record(found)
    return found


def _mend_worktree(
    journal: Journal, store: Store, name: str, place: Path, say: Callable[[str], None]
) -> None:
    """Make or mend an environment's worktree; a new one has what serves, if known."""
    live = journal.deployments.live(name)
    known = (sha for sha in (live and live.sha, journal.commits.validated()) if sha)
    sha = next((sha for sha in known if store.has(sha)), None) or store.tip()
    if done := mend_worktree(store, place, sha):
        say(f"==> {place}: {done}")


def _link_compose_file(layout: Layout, name: str, worktree: str) -> None:
    file = f"docker-compose-{name}.yml"
    folder = layout.root / "30_docker"
    folder.mkdir(exist_ok=True)
    link(folder / file, Path("..") / worktree / "30_docker" / file)

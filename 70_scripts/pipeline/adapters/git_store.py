"""The one bare repository that every environment's worktree belongs to.

Every answer is read from plumbing commands' output and exit codes, never from prose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.sha import Sha
from pipeline.effects.files import write_atomically
from pipeline.effects.processes import Completed, CommandFailed
from pipeline.effects.scratch import scratch
from pipeline.adapters.git import (
    CHECKOUT_TIMEOUT,
    QUERY_TIMEOUT,
    disable_attributes,
    git,
    pattern,
)
from pipeline.adapters.git_credentials import helper_setting, split_origin
from pipeline.adapters.git_files import require_plain_store
from pipeline.adapters.git_locks import writing

# The first one brings a whole repository; a connection that went silent ends before.
FETCH_TIMEOUT = 600.0
SILENCE = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60")


@dataclass(frozen=True, slots=True)
class Commit:
    """What a person wants to know of a commit; the texts may be hostile."""

    author: str
    subject: str


class Store:
    """The bare repository that is fetched from origin."""

    def __init__(self, path: Path, branch: str) -> None:
        """Use the store at ``path``; ``branch`` is the one that is deployed."""
        self.path = path
        self._tip = f"refs/remotes/origin/{branch}"
        self._refspec = f"+refs/heads/{branch}:{self._tip}"

    def create(self, origin: str) -> None:
        """Make the repository, or point the one that is there to ``origin``.

        Raises:
            ConfigurationError: the address has a password that others could read.
        """
        address, credentials = split_origin(origin)
        if not self.path.is_dir():
            git("init", "--quiet", "--bare", "--template=", str(self.path))
        with writing(self.path):
            self._git("config", "remote.origin.url", address)
            if credentials:
                self._git("config", *helper_setting(self.path, credentials))
            # Containers read HEAD in here, also where somebody's umask is 077.
            self._git("config", "core.sharedRepository", "0644")

    def add_worktree(self, path: Path, sha: Sha, *, is_empty: bool = False) -> None:
        """Make a worktree, detached, with the commit's files unless ``is_empty``."""
        disable_attributes(self.path)
        empty = ("--no-checkout",) if is_empty else ()
        options = ("--quiet", *empty, "--detach", str(path), str(sha))
        with writing(self.path):
            self._git("worktree", "add", *options, timeout=CHECKOUT_TIMEOUT)

    def repair_worktree(self, path: Path) -> None:
        """Let a worktree and its administration find each other again, if they can."""
        with writing(self.path):
            self._git("worktree", "repair", str(path), allowed=range(256))

    def prune_worktrees(self) -> None:
        """Forget the worktrees whose folders are gone."""
        with writing(self.path):
            self._git("worktree", "prune", "--expire=now")

    def read_index(self, path: Path) -> None:
        """Fill a worktree's index from its commit, and leave its files as they are."""
        with writing(self.path):
            git("-C", str(path), "read-tree", "HEAD", timeout=CHECKOUT_TIMEOUT)

    def has_deployments(self) -> bool:
        """Tell whether any commit was ever pinned."""
        command = ("for-each-ref", "--count=1", "--format=%(refname)", "refs/deployed")
        return bool(self._git(*command).text)

    def tip(self) -> Sha:
        """Return the branch's newest commit as last fetched."""
        return Sha(self._git("rev-parse", self._tip).text)

    def fetch(self) -> None:
        """Bring the branch from origin, trying three times.

        Raises:
            CommandFailed: it could not be fetched.
        """
        import stamina  # Takes longer than most questions to git.

        # Its own report of a retry is the bare name of an event, on people's screens.
        stamina.instrumentation.set_on_retry_hooks(())
        for attempt in stamina.retry_context(
            on=CommandFailed, attempts=3, wait_initial=0.5, wait_max=5.0
        ):
            with attempt, writing(self.path):
                self._fetch(self._refspec, "--prune")

    def _fetch(self, refspec: str, *options: str) -> None:
        quietly = ("--quiet", "--no-recurse-submodules", *options)
        self._git(
            *(*SILENCE, "fetch", *quietly, "origin", refspec),
            timeout=FETCH_TIMEOUT,
            as_operator=True,
        )

    def maintain(self) -> None:
        """Collect garbage where much has gathered; costs nothing where it has not.

        Raises:
            CommandFailed: it could not be done, now.
        """
        options = ("-c", "gc.auto=6700", "-c", "gc.autoDetach=false")
        with writing(self.path):
            self._git(*options, "gc", "--auto", "--quiet", timeout=FETCH_TIMEOUT)

    def is_deployable(self, sha: Sha) -> bool:
        """Tell whether the commit is on the branch as last fetched."""
        return self.has(sha) and self.is_ancestor_or_same(sha, self._tip)

    def pin(self, sha: Sha) -> None:
        """Keep a commit for good, also when a force-push takes it off its branch."""
        with writing(self.path):
            self._git("update-ref", f"refs/deployed/{sha}", str(sha))

    def was_deployed(self, sha: Sha) -> bool:
        """Tell whether the commit was ever pinned."""
        command = ("rev-parse", "--verify", "--quiet", f"refs/deployed/{sha}")
        return self._git(*command, allowed=(0, 1)).code == 0

    def has(self, sha: Sha) -> bool:
        """Tell whether the commit is in the store; a tag's own id is no commit."""
        command = ("rev-parse", "--verify", "--quiet", f"{sha}^{{commit}}")
        return self._git(*command, allowed=(0, 1, 128)).text == sha

    def is_ancestor_or_same(self, older: str, newer: str) -> bool:
        """Tell whether ``older`` is in the history of ``newer``."""
        command = ("merge-base", "--is-ancestor", older, newer)
        return self._git(*command, allowed=(0, 1, 128)).code == 0

    def ancestry(self, shas: Iterable[Sha]) -> frozenset[tuple[Sha, Sha]]:
        """Return every pair (older, newer) among the commits, by one walk."""
        known = {str(sha): sha for sha in shas}
        if not known:
            return frozenset()
        options = ("--topo-order", "--parents", "--ignore-missing")
        walk = self._git("rev-list", *options, *known).text.splitlines()
        below: dict[str, frozenset[Sha]] = {}
        for line in reversed(walk):  # Parents come before their children.
            commit, *parents = line.split()
            named = frozenset(known[parent] for parent in parents if parent in known)
            below[commit] = named.union(*(below.get(p, ()) for p in parents))
        return frozenset(
            (older, known[newer]) for newer in known for older in below.get(newer, ())
        )

    def commit(self, sha: Sha) -> Commit:
        """Return a commit's author and subject."""
        found = self._git("log", "-1", "--format=%an%x00%s", str(sha)).text
        author, _, subject = found.partition("\0")
        return Commit(author, subject)

    def message(self, sha: Sha) -> str:
        """Return a commit's whole message, empty if the commit is not here."""
        command = ("log", "-1", "--format=%B", str(sha))
        return self._git(*command, allowed=(0, 128)).text

    def text(self, sha: Sha, path: str) -> str | None:
        """Return a file at a commit as text, None where there is no such file."""
        command = ("cat-file", "blob", f"{sha}:{path}")
        found = self._git(*command, allowed=(0, 128))
        return found.text if found.code == 0 else None

    def parent(self, sha: Sha) -> Sha | None:
        """Return a commit's first parent, None if it has none here."""
        command = ("rev-parse", "--verify", "--quiet", f"{sha}^1")
        found = self._git(*command, allowed=(0, 1, 128))
        return Sha(found.text) if found.code == 0 else None

    def changed(self, older: Sha, newer: Sha) -> tuple[str, ...]:
        """Return the paths that differ between two commits, both names of a move."""
        options = ("-r", "-z", "--name-only", "--no-renames", "--no-ext-diff")
        names = self._git("diff-tree", *options, str(older), str(newer)).text
        return tuple(filter(None, names.split("\0")))

    def commits_since(
        self, older: Sha | None, newer: Sha, most: int
    ) -> tuple[tuple[Sha, Commit], ...]:
        """Return what ``newer`` has and ``older`` has not, the newest first."""
        unwanted = (f"^{older}",) if older and self.has(older) else ()
        options = (f"--max-count={most}", "--format=%H%x00%an%x00%s")
        lines = self._git("log", *options, str(newer), *unwanted).text.split("\n")
        parts = [line.split("\0", 2) for line in lines if line]
        return tuple((Sha(sha), Commit(name, subject)) for sha, name, subject in parts)

    def blob_ids(self, sha: Sha, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of files' or folders' contents at a commit."""
        names = [f"{sha}:{path}" for path in paths]
        return tuple(self._git("rev-parse", *names).text.split()) if names else ()

    def links(self, sha: Sha) -> frozenset[str]:
        """Return the paths of a commit that are symbolic links."""
        tree = self._git("ls-tree", "-r", "-z", str(sha)).text
        entries = (entry.partition("\t") for entry in tree.split("\0"))
        return frozenset(path for mode, _, path in entries if mode.startswith("120000"))

    def export(self, sha: Sha, paths: Sequence[str], into: Path) -> None:
        """Write files and folders, as they are at a commit, below ``into``."""
        with scratch("index", self.path) as folder:
            place = {"GIT_WORK_TREE": str(into), "GIT_INDEX_FILE": f"{folder}/index"}
            self._git(
                *("checkout", "--quiet", str(sha), "--", *paths),
                env=place,
                timeout=CHECKOUT_TIMEOUT,
            )

    def exclude_from_clean(self, paths: Iterable[str]) -> None:
        """Keep git's hands off untracked paths of every worktree, whatever its commit.

        A reset neither removes them nor takes them for hand-made changes.
        """
        lines = (pattern(path) + "\n" for path in paths)
        exclude = self.path / "info" / "exclude"
        exclude.parent.mkdir(exist_ok=True)
        write_atomically(exclude, "".join(lines))

    def fetch_tags(self) -> None:
        """Bring origin's tags; one that was moved there moves here.

        Raises:
            CommandFailed: they could not be fetched.
        """
        with writing(self.path):
            self._fetch("+refs/tags/*:refs/tags/*")

    def ask(self, *arguments: str, allowed: Iterable[int] = (0,)) -> Completed:
        """Run a command of git that only reads."""
        return self._git(*arguments, allowed=allowed)

    def origin(self) -> str:
        """Return where the store is fetched from."""
        return self._git("remote", "get-url", "origin", as_operator=True).text

    def _git(
        self,
        *arguments: str,
        allowed: Iterable[int] = (0,),
        env: Mapping[str, str] | None = None,
        timeout: float = QUERY_TIMEOUT,
        as_operator: bool = False,
    ) -> Completed:
        require_plain_store(self.path)
        return git(
            f"--git-dir={self.path}",
            *arguments,
            env=env,
            timeout=timeout,
            allowed=allowed,
            as_operator=as_operator,
        )

"""A third strategy, as a team would add one: a static site behind a link.

Each version is a folder; the address serves what the link ``live`` names. A new version
stands beside the old one before the link is switched, and the old one stays until its
successor is judged, so that a return is one switch.
"""

import json
import os
import shutil
from pathlib import Path

from pipeline.config import Config
from pipeline.core.deployment import Step
from pipeline.core.sha import Sha
from pipeline.errors import Refused
from pipeline.adapters.git_store import Store
from pipeline.strategies import Act, Release, Strategy


class StaticSite(Strategy):
    """Folders below ``root``, one of them behind the link."""

    files = ("site",)

    def __init__(self, environment: str, root: Path, store: Store) -> None:
        self.environment, self.root, self.store = environment, root, store

    def prepare(self, sha: Sha, tree: Path) -> None:
        if not (tree / "site").is_dir():
            raise Refused("looking for the site", "there is none", "add one")

    def rollout(self, release: Release) -> tuple[Act, ...]:
        sha = release.sha
        return (
            Act(Step.START, lambda: self._start(sha)),
            Act(Step.VERIFY, lambda: self._verify(sha)),
            Act(Step.SWITCH, lambda: self._switch(sha)),
        )

    def switch_back(self, release: Release) -> tuple[Act, ...]:
        is_up = (self.root / release.sha).is_dir()
        return self.rollout(release)[1:] if is_up else ()

    def has_spare(self) -> bool:
        return len(list(self.root.iterdir())) > 2

    def retire(self) -> None:
        for folder in set(self.root.iterdir()) - {self.root / "live", self._served()}:
            shutil.rmtree(folder)

    def restart(self) -> None:
        self._switch(Sha(self._served().name))

    def version(self) -> Sha | None:
        return Sha(self._served().name) if (self.root / "live").is_dir() else None

    def artefact(self, sha: Sha) -> str:
        return f"folder:{sha}"

    def instance(self) -> str:
        return self._served().name

    def by_hand(self, sha: Sha) -> tuple[str, ...]:
        return (f"ln -sfn {self.root / sha} {self.root / 'live'}",)

    def has_died(self) -> bool:
        return not (self.root / "live").is_dir()

    def _served(self) -> Path:
        return (self.root / "live").resolve()

    def _start(self, sha: Sha) -> tuple[str, ...]:
        (self.root / sha).mkdir(exist_ok=True)
        self.store.export(sha, self.files, self.root / sha)
        report = {"status": "ok", "sha": sha, "environment": self.environment}
        (self.root / sha / "site" / "health").write_text(json.dumps(report))
        return ()

    def _verify(self, sha: Sha) -> tuple[str, ...]:
        json.loads((self.root / sha / "site" / "health").read_text())
        return ()

    def _switch(self, sha: Sha) -> tuple[str, ...]:
        new = self.root / "next"
        new.symlink_to(self.root / sha)
        os.replace(new, self.root / "live")
        return ()


def build(config: Config, name: str, store: Store) -> StaticSite:
    root = config.paths.root / "sites" / name
    root.mkdir(parents=True, exist_ok=True)
    return StaticSite(name, root, store)

"""One stage for all of the pages: making it anew for each block would take minutes."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal.discord.server import DiscordServer
from rehearsal.github.server import GitHubServer

from tests.sandbox.vm import REPOSITORY, TREE, Vm
from tests.sandbox.world import World, begin
from tests.truth.gh import gh_settings
from tests.truth.stage import Stage
from tests.truth.stand_ins import make_stand_ins

PLACES = {"root": "~/mangetamain", "state": "~/state", "watcher_logs": "~/logs"}
FLOWS = ("cd-preprod.yml", "cd-prod.yml", "rollback.yml")
BY_PUSH = "  push:\n    branches: [main]\n"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a VM with its own pipeline, two versions, and production promoted."""
    scratch = tmp_path_factory.mktemp("truth")
    (scratch / "home").mkdir()
    vm = Vm(scratch / "home", tree=_tree(scratch), has_own_pipeline=True)
    vm.settings = {"paths": PLACES, "freeze": []}
    for name, port in (("preprod", vm.port), ("prod", vm.prod_port)):
        getattr(vm, name)["url"] = f"http://127.0.0.1:{port}/"
    vm.git("init", "--quiet", "--bare", "-b", "main", str(vm.origin), at=vm.home)
    act = Path(sys.executable).with_name("act")
    github = GitHubServer(vm.origin, "o", "r", act, vm.home)
    with DiscordServer() as discord, github, gh_settings(github, scratch) as gh:
        vm.webhook, vm.api_url = discord.webhook_url, github.api_url
        vm.configure()
        world = World(vm, github, discord)
        try:
            begin(world)
            vm.settings = {**vm.settings, "ci": {"deadline": 600}}
            vm.configure()
            bin_folder = make_stand_ins(scratch, vm.config, vm.state)
            path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
            made = Stage(world, scratch, path, gh, newer=world.good)
            (vm.clone / ".git/info/exclude").write_text(".venv*\nhtmlcov\n")
            yield made
        finally:
            vm.stop()


def _tree(scratch: Path) -> Path:
    """Return what the clone holds: the sandbox's app, the workflows that gh starts."""
    tree = scratch / "tree"
    shutil.copytree(TREE, tree)
    (tree / ".github/workflows").mkdir(parents=True)
    for name in FLOWS:
        text = (REPOSITORY / ".github/workflows" / name).read_text()
        # What is pushed here is deployed by the test itself.
        (tree / ".github/workflows" / name).write_text(text.replace(BY_PUSH, ""))
    for name in (".gitignore", ".pre-commit-config.yaml"):
        shutil.copy(REPOSITORY / name, tree)
    return tree

"""What a pushed tree, or whoever got at a git directory, would have git carry out."""

import pytest

from tests.faults.test_git import store, tree
from tests.sandbox.world import World

HOOKS = ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc")


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("the pushed tree", case)


def trap(world: World) -> str:
    """Make a program that leaves a trace when it is run; return its path."""
    program = world.vm.home / "trap"
    program.write_text(f"#!/bin/sh\ntouch {world.vm.home}/ran\ncat\n")
    program.chmod(0o755)
    return str(program)


def goes_untrapped(world: World) -> None:
    """Deploy, roll back, deploy again and validate: nothing planted ran."""
    sha = world.push("With traps")
    world.settle(sha, "failed", code=5)
    assert world.vm.serving() == world.good
    again = world.push("Once more")
    world.settle(again, "passed")
    world.vm.script("resume")
    world.vm.script("status")
    assert world.vm.serving() == world.vm.validated() == again
    assert not (world.vm.home / "ran").exists()


@fault("hooks in store and worktree")
def test_no_hook_runs(patient: World) -> None:
    """No hook of the store or of a worktree's git directory is ever run."""
    common = patient.vm.root / ".pipeline" / "repo.git"
    program = trap(patient)
    for place in (common, common / "worktrees" / "10_preprod"):
        (place / "hooks").mkdir(exist_ok=True)
        for name in HOOKS:
            (place / "hooks" / name).symlink_to(program)
    goes_untrapped(patient)


@fault("core.hooksPath and core.fsmonitor")
def test_no_configured_program_runs(patient: World) -> None:
    """Neither the store's nor the operator's configuration brings a program in."""
    program = trap(patient)
    folder = patient.vm.home / "hooks"
    folder.mkdir()
    for name in HOOKS:
        (folder / name).symlink_to(program)
    (patient.vm.home / ".gitconfig").write_text(f"[core]\nfsmonitor = {program}\n")
    for name, value in (("hooksPath", str(folder)), ("fsmonitor", program)):
        patient.vm.git(store(patient), "config", f"core.{name}", value)
    goes_untrapped(patient)


@fault("a filter and a diff driver by attributes")
def test_no_filter_runs(patient: World) -> None:
    """A pushed .gitattributes meets no filter, whoever has configured one."""
    program = trap(patient)
    drivers = f'[filter "x"]\nsmudge = {program}\nclean = {program}\n'
    drivers += f'required = true\n[diff "x"]\ncommand = {program}\n'
    (patient.vm.home / ".gitconfig").write_text(drivers)
    for name in ("filter.x.smudge", "filter.x.clean", "diff.x.textconv"):
        patient.vm.git(store(patient), "config", name, program)
    for place in ("", "10_preprod/"):
        attributes = patient.vm.clone / f"{place}.gitattributes"
        attributes.write_text("* filter=x diff=x merge=x\n")
    (tree(patient) / "10_preprod" / "page.html").write_text("by hand: Mangetamain")
    goes_untrapped(patient)


@fault("a submodule with a command and an ext:: address")
def test_no_submodule_is_followed(patient: World) -> None:
    """A submodule is neither fetched nor updated, whatever its settings are."""
    program = trap(patient)
    modules = patient.vm.clone / ".gitmodules"
    modules.write_text(
        '[submodule "part"]\npath = 10_preprod/part\n'
        f"url = ext::{program}\nupdate = !{program}\n"
    )
    gitlink = f"160000,{patient.good},10_preprod/part"
    patient.vm.git("update-index", "--add", "--cacheinfo", gitlink)
    (patient.vm.clone / "10_preprod" / "part").mkdir()
    for name, value in (("submodule.recurse", "true"), ("protocol.allow", "always")):
        patient.vm.git(store(patient), "config", name, value)
    goes_untrapped(patient)


@fault("GIT_* of a job")
def test_no_variable_of_git_is_inherited(patient: World) -> None:
    """Variables of a job, or of a hook, lead no command anywhere else."""
    program = trap(patient)
    sha = patient.vm.push("From a hook")
    variables = {
        "GIT_DIR": str(patient.vm.clone / ".git"),
        "GIT_WORK_TREE": str(patient.vm.clone),
        "GIT_INDEX_FILE": str(patient.vm.home / "index"),
        "GIT_SSH_COMMAND": program,
        "GIT_EXTERNAL_DIFF": program,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program,
    }
    patient.vm.script("deploy", "preprod", "--sha", sha, **variables)
    arguments = ("preprod", "--sha", sha, "--verdict", "passed")
    patient.vm.script("settle", *arguments, **variables)
    assert patient.vm.serving() == patient.vm.validated() == sha
    assert not (patient.vm.home / "ran").exists()
    assert not (patient.vm.home / "index").exists()

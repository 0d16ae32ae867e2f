"""The wiring: parts put together from configuration, or a refusal that helps."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline import wiring
from pipeline.config import load_config
from pipeline.errors import ConfigurationError
from pipeline.strategies.process import Process
from pipeline.strategies.restart import Restart
from pipeline.strategies.variables import compose_variables
from pipeline.operations.environment import Promoted
from pipeline.wiring import Pipeline

from tests.unit.configuration import write_config
from tests.unit.specimens import A, B

RESTART, PROCESS = "restart", "process"


def built(folder: Path, **changes: object) -> Pipeline:
    """Build the pipeline of a machine that is set up."""
    (folder / "state").mkdir(exist_ok=True)
    store = folder / "root/.pipeline/repo.git"
    if not store.is_dir():
        subprocess.run(("git", "init", "--quiet", "--bare", str(store)), check=True)
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    file = write_config(folder, dotted)
    return wiring.build(load_config(file), file)


def test_missing_state_is_refused(tmp_path: Path) -> None:
    """A machine that was never set up is not written to."""
    file = write_config(tmp_path)
    with pytest.raises(ConfigurationError, match="set the VM up first"):
        wiring.build(load_config(file), file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "pipeline.yml"]


def test_missing_root_is_refused(tmp_path: Path) -> None:
    """Without its object store no environment can be worked on."""
    pipeline = built(tmp_path)
    (tmp_path / "root").rename(tmp_path / "moved")
    with pytest.raises(ConfigurationError, match="repo.git is missing"):
        pipeline.environment("preprod")


def test_open_secrets_are_refused(tmp_path: Path) -> None:
    """A secrets file that others can read stops every script."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state/secrets.env").write_text("PIPELINE_GITHUB_TOKEN=x")
    (tmp_path / "state/secrets.env").chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        built(tmp_path)


@pytest.mark.parametrize(("name", "kind"), [(RESTART, Restart), (PROCESS, Process)])
def test_strategy_is_the_configured_one(
    tmp_path: Path, name: str, kind: type[object]
) -> None:
    """Each environment changes version in its configured way."""
    pipeline = built(tmp_path, environments__preprod__strategy=name)
    env = pipeline.environment("preprod")
    assert isinstance(env.strategy, kind)
    assert env.pointer.file.path == tmp_path / "state/last-validated-sha.txt"
    assert pipeline.environment("prod").role == Promoted("preprod")
    assert env.is_judged


def test_environments_do_not_share_locks(tmp_path: Path) -> None:
    """Work on one environment keeps nobody from the other."""
    pipeline = built(tmp_path)
    with pipeline.environment("preprod").lock(), pipeline.environment("prod").lock():
        found = {path.name for path in (tmp_path / "state").glob("*.lock")}
    assert found == {"preprod.lock", "prod.lock"}


def test_watchers_do_not_share_locks(tmp_path: Path) -> None:
    """Each commit on each environment has a watcher of its own."""
    pipeline = built(tmp_path)
    locks = {pipeline.watcher(name).lock(A) for name in ("preprod", "prod")}
    assert len(locks) == 2 and all(A in lock.name for lock in locks)


@pytest.mark.parametrize(
    ("origin", "configured", "asked"),
    [
        ("git@github.com:owner/name.git", None, "owner/name"),
        ("git@github.com:owner/name.git", "team/app", "team/app"),
        ("/srv/app.git", "team/app", "team/app"),
        ("/srv/app.git", None, None),
    ],
)
def test_repository_is_configured_or_origins(
    tmp_path: Path, origin: str, configured: str | None, asked: str | None
) -> None:
    """The verdict is asked of the configured repository, else of origin's."""
    pipeline = built(tmp_path, github__repository=configured)
    pipeline.store().create(origin)
    if asked is None:
        with pytest.raises(ConfigurationError, match="github.repository"):
            pipeline.watch()
        return
    watch = pipeline.watch()
    assert watch.github.base == f"https://api.github.com/repos/{asked}"
    assert (watch.workflow, watch.patience.deadline) == ("ci.yml", 300)


def test_no_webhook_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a webhook notices are kept; with one they have somewhere to go."""
    assert built(tmp_path).outbox().outbox.discord is None
    monkeypatch.setenv("DISCORD_WEBHOOK_URL", "https://example.invalid/hook")
    assert built(tmp_path).outbox().outbox.discord is not None


def test_compose_knows_its_environment_alone(tmp_path: Path) -> None:
    """Variables carry the environment's name: preprod's cannot reach prod."""
    changes = {"image.base": "base:1", "environments.preprod.port": 9000}
    config = load_config(write_config(tmp_path, changes))
    assert compose_variables(config, "preprod") == {
        "PREPROD_PROJECT": "mangetamain-preprod",
        "PREPROD_IMAGE": "mangetamain-app:mangetamain-preprod",
        "PREPROD_BIND": "127.0.0.1",
        "PREPROD_PORT": "9000",
        "PREPROD_S3_FILE": "/dev/null",
        "BASE_IMAGE": "base:1",
    }
    assert compose_variables(config, "prod")["PROD_PORT"] == "8501"


def test_compose_knows_where_the_settings_of_s3_are(tmp_path: Path) -> None:
    """The file is named, never read: its content reaches the app as a mount only."""
    changes = {"environments.prod.s3_file": "/var/app-state/s3.env"}
    config = load_config(write_config(tmp_path, changes))
    assert compose_variables(config, "prod")["PROD_S3_FILE"] == "/var/app-state/s3.env"


def test_words_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """People's words never mix with results."""
    wiring.say("==> preprod: fetching")
    assert capsys.readouterr() == ("", "==> preprod: fetching\n")


def test_each_judged_environment_has_its_pointer(tmp_path: Path) -> None:
    """What one validated another has not; the first one's file is the known one."""
    pipeline = built(tmp_path)
    settings = pipeline.config.environments
    staging = settings["preprod"].model_copy(update={"worktree": "15_staging"})
    config = pipeline.config.model_copy(
        update={"environments": {**settings, "staging": staging}}
    )
    pipeline = replace(pipeline, config=config)
    preprod, other = pipeline.environment("preprod"), pipeline.environment("staging")
    preprod.pointer.move(A)
    other.pointer.move(B)
    assert (preprod.pointer.sha(), other.pointer.sha()) == (A, B)
    assert pipeline.environment("prod").pointer.sha() == A
    state = tmp_path / "state"
    assert (state / "last-validated-sha.txt").read_text() == f"{A}\n"
    assert (state / "last-validated-sha-staging.txt").read_text() == f"{B}\n"

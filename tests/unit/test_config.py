"""The configuration: the shipped file holds, and every fault is named by its path."""

import math
import sys
from pathlib import Path

import pytest
import yaml
from pipeline.config import find_config, load_config
from pipeline.core.settlement import OnNoVerdict
from pipeline.effects.processes import run
from pipeline.errors import ConfigurationError

from tests.unit.configuration import SHIPPED, document, write_config
from tests.unit.tripwire import REPOSITORY


def test_shipped_file_loads() -> None:
    """The file that an adopter starts from is valid and means what it says."""
    config = load_config(SHIPPED)
    assert list(config.environments) == ["preprod", "prod"]
    ports = [each.port for each in config.environments.values()]
    assert ports == [8500, 8501]
    sources = [each.promoted_from for each in config.environments.values()]
    assert sources == [None, "preprod"]
    assert config.paths.root == Path.home() / "mangetamain"
    assert config.paths.state == Path("/var/app-state")
    assert config.ci.on_no_verdict is OnNoVerdict.ROLLBACK
    assert config.ci.deadline == 300


def test_time_zones_need_nothing_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare Debian and a slim image have none: they come with the environment."""
    load = "import sys; from pipeline.config import *; load_config(Path(sys.argv[1]))"
    monkeypatch.setenv("PYTHONTZPATH", "")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "70_scripts"))
    run((sys.executable, "-c", load, str(SHIPPED)))


def test_what_defines_the_image_exists() -> None:
    """Every file that names the dependencies is in the repository."""
    config = load_config(SHIPPED)
    missing = [
        path for path in config.image.defined_by if not (REPOSITORY / path).is_file()
    ]
    assert missing == []


@pytest.mark.parametrize(
    "path",
    [
        "unknown",
        "app.unknown",
        "ci.gate_job",
        "environments.preprod.unknown",
        "environments.Prod",
        "environments.a b",
    ],
)
def test_unknown_key_is_an_error(tmp_path: Path, path: str) -> None:
    """A mistyped key is named by its path instead of being silently ignored."""
    file = write_config(tmp_path, {path: "x"})
    with pytest.raises(ConfigurationError) as caught:
        load_config(file)
    assert f"{path}" in caught.value.seen
    assert str(file) in caught.value.attempted


BAD: list[tuple[str, object]] = [
    ("app.content", ""),
    ("paths.root", 7),
    ("github.api_url", "not a url"),
    ("github.repository", "only-a-name"),
    ("github.repository", "owner/name/../../x"),
    ("github.branch", ""),
    ("github.workflow", "../ci.yml"),
    ("github.workflow", "ci.txt"),
    ("ci.interval", 0),
    ("ci.deadline", -1),
    ("ci.deadline", math.inf),
    ("ci.deadline", math.nan),
    ("ci.deadline", "soon"),
    ("ci.on_no_verdict", "ignore"),
    ("ci.gate_jobs", "Quality"),
    ("health.path", "health"),
    ("environments.prod.checks", 0),
    ("image.defined_by", []),
    ("backup.keep", 0),
    ("backup.paths", "20_prod/data"),
    ("backup.paths", [""]),
    ("freeze", [{"start": "Friday 16:00"}]),
    ("monitoring.attempts", 0),
    ("monitoring.pause", -1),
    ("environments", []),
    ("environments.preprod.strategy", "hope"),
    ("environments.preprod.worktree", "../10_preprod"),
    ("environments.preprod.worktree", "/etc"),
    ("environments.preprod.worktree", "."),
    ("environments.preprod.project", "-x"),
    ("environments.preprod.port", 0),
    ("environments.preprod.port", 65_536),
    ("environments.preprod.port", "http"),
    ("environments.preprod.backup", None),
    ("environments.prod.promoted_from", "prod"),
    ("environments.prod.promoted_from", "elsewhere"),
]


@pytest.mark.parametrize(("path", "value"), BAD, ids=lambda value: str(value)[:40])
def test_bad_value_is_named(tmp_path: Path, path: str, value: object) -> None:
    """A value of the wrong kind stops every script, named by its path."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(write_config(tmp_path, {path: value}))
    assert f"{path}" in caught.value.seen


WINDOW = {
    "start": "Friday 16:00",
    "end": "Monday 08:00",
    "timezone": "Europe/Paris",
    "action": "warn",
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start", "Friday"),
        ("start", 960),
        ("end", "Friday 16:00"),
        ("timezone", "Europe/Atlantis"),
        ("timezone", "../../etc/passwd"),
        ("timezone", None),
        ("action", "hope"),
    ],
)
def test_bad_freeze_window_is_named(tmp_path: Path, key: str, value: object) -> None:
    """A window that cannot be one, in the second place of the list, is named so."""
    windows = [WINDOW, {**WINDOW, key: value}]
    with pytest.raises(ConfigurationError, match=r"freeze\.1"):
        load_config(write_config(tmp_path, {"freeze": windows}))


def test_missing_key_is_named(tmp_path: Path) -> None:
    """There are no hidden defaults: a key that is left out is asked for."""
    whole = document()
    del whole["health"]["interval"]
    (tmp_path / "pipeline.yml").write_text(yaml.safe_dump(whole))
    with pytest.raises(ConfigurationError, match="health.interval"):
        load_config(tmp_path / "pipeline.yml")


@pytest.mark.parametrize("content", [b"", b"[]", b"a: [", b"\xff\xfe", b"text"])
def test_what_is_no_configuration(tmp_path: Path, content: bytes) -> None:
    """An empty, foreign or damaged file is named and nothing is assumed."""
    file = tmp_path / "pipeline.yml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="pipeline.yml"):
        load_config(file)


def test_file_cannot_run_code(tmp_path: Path) -> None:
    """The configuration is data: a tag that would build an object is refused."""
    file = tmp_path / "pipeline.yml"
    file.write_text(f"!!python/object/apply:os.mkdir [{tmp_path / 'planted'}]")
    with pytest.raises(ConfigurationError):
        load_config(file)
    assert not (tmp_path / "planted").exists()


def test_nearest_file_is_found(tmp_path: Path) -> None:
    """A script finds the file of its own checkout, however deep it stands."""
    deep = tmp_path / "a/b"
    deep.mkdir(parents=True)
    file = write_config(tmp_path)
    assert find_config(deep) == find_config(tmp_path) == file
    nearer = write_config(deep)
    assert find_config(deep) == nearer
    with pytest.raises(ConfigurationError, match="--config"):
        find_config(Path("/proc"))


@pytest.mark.parametrize("name", ["", "staging", "../prod", "PROD", "prod "])
def test_unknown_environment_is_refused(name: str) -> None:
    """Only the environments of the file exist, spelled as they are there."""
    config = load_config(SHIPPED)
    assert config.environment("prod").port == 8501
    with pytest.raises(ConfigurationError, match="use one of: preprod, prod"):
        config.environment(name)


def test_urls_have_no_slash_at_the_end(tmp_path: Path) -> None:
    """Addresses can be continued with a path, whichever way they were written."""
    changes = {"github.api_url": "https://git.example.invalid/api/v3/"}
    config = load_config(write_config(tmp_path, changes))
    assert config.github.api_url == "https://git.example.invalid/api/v3"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("port: 8500", "port: 99999", "environments.preprod.port: must be less than"),
        ("port: 8500", "prot: 8500", "environments.preprod.prot: there is no such key"),
        ("port: 8500", "port: [", ""),
    ],
)
def test_the_line_of_a_fault_is_named(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    """Whoever opens the file finds the place."""
    lines = SHIPPED.read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if old in line)
    file = tmp_path / "pipeline.yml"
    file.write_text("\n".join(lines).replace(old, new, 1))
    with pytest.raises(ConfigurationError) as failed:
        load_config(file)
    place = f"pipeline.yml:{number}: " if words else "pipeline.yml:"
    assert place + words in str(failed.value)

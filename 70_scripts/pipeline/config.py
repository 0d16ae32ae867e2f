"""``pipeline.yml`` as typed values; the file in the repository documents every key."""

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationError,
    model_validator,
)

from pipeline.core.freeze import FreezeAction, FreezeWindow, WeekTime
from pipeline.core.settlement import OnNoVerdict
from pipeline.effects.account import expand_home
from pipeline.effects.files import read_plain
from pipeline.errors import ConfigurationError
from pipeline.strategies import MODULES

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_NAME = "pipeline.yml"
WORDS = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key: is it misspelt?",
    "model_type": "must be a section, with keys of its own",
}


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError("must be a path below the root")
    return path


def _week_time(text: object) -> WeekTime:
    return WeekTime.parse(str(text))


def _strategy(name: str) -> str:
    if name not in MODULES:
        raise ValueError(f"must be one of: {', '.join(MODULES)}")
    return name


StrategyName = Annotated[str, AfterValidator(_strategy)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
HomePath = Annotated[Path, AfterValidator(lambda path: expand_home(path).absolute())]
RelativePath = Annotated[str, AfterValidator(_inside)]
TimeOfWeek = Annotated[WeekTime, BeforeValidator(_week_time)]
UrlPath = Annotated[str, Field(pattern=r"^/")]
Url = Annotated[str, AfterValidator(lambda url: str(HttpUrl(url)).rstrip("/"))]
# As people are to see it, its slash at the end included.
ShownUrl = Annotated[str, AfterValidator(lambda url: HttpUrl(url) and url.strip())]


class Section(BaseModel):
    """A part of the file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class App(Section):
    """What is deployed."""

    name: str
    content: str = Field(min_length=1)


class Paths(Section):
    """Where things live on the VM."""

    root: HomePath
    state: HomePath
    watcher_logs: HomePath


class GitHub(Section):
    """Where the repository and its verdicts are."""

    api_url: Url
    server_url: Url
    repository: str | None = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    branch: str = Field(min_length=1)
    workflow: str = Field(pattern=r"^[\w.-]+\.ya?ml$")


class Ci(Section):
    """How long a verdict is waited for, and what its lack leads to."""

    gate_jobs: tuple[str, ...]
    pipeline_jobs: tuple[str, ...]
    interval: Seconds
    deadline: Seconds
    patience: Seconds
    on_no_verdict: OnNoVerdict
    on_no_ci: OnNoVerdict | None


class Health(Section):
    """What makes a version healthy."""

    path: UrlPath
    script_path: UrlPath | None
    page_path: UrlPath
    probe_timeout: Seconds
    interval: Seconds
    deadline: Seconds
    soak: Annotated[float, Field(ge=0, le=600)]


class Image(Section):
    """What the app's dependencies are built from."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._/-]*$")
    defined_by: tuple[RelativePath, ...] = Field(min_length=1)
    base: str
    build_deadline: Seconds


class Compose(Section):
    """What a compose file may ask of the host besides what every one may."""

    allow: tuple[Annotated[str, Field(pattern=r"^[a-z_]+$")], ...]
    binds: tuple[HomePath, ...]


class Backup(Section):
    """What prod keeps before it changes."""

    paths: tuple[Annotated[str, Field(min_length=1)], ...]
    keep: int = Field(ge=1, le=1000)
    before_backup: tuple[Annotated[str, Field(min_length=1)], ...]
    after_backup: tuple[Annotated[str, Field(min_length=1)], ...]
    hook_deadline: Seconds


class Prune(Section):
    """What is kept when what no rollback needs is removed."""

    keep_releases: int = Field(ge=1, le=50)


class Freeze(Section):
    """One window of the week in which production should be left alone."""

    start: TimeOfWeek
    end: TimeOfWeek
    timezone: ZoneInfo
    action: FreezeAction

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same: write two windows for a week")
        return self

    def window(self) -> FreezeWindow:
        """Return the window that the core decides with."""
        return FreezeWindow(self.start, self.end, self.timezone, self.action)


class Monitoring(Section):
    """When an environment counts as down."""

    attempts: int = Field(ge=1, le=10)
    pause: Seconds
    tell_recovery: bool


class EnvironmentSettings(Section):
    """One environment."""

    strategy: StrategyName
    worktree: RelativePath
    project: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    bind: str
    port: int = Field(ge=1, le=65_535)
    url: ShownUrl
    promoted_from: str | None
    backup: bool
    commit_status: bool
    checks: int = Field(ge=1, le=100)
    soak: Annotated[float, Field(ge=0, le=600)] | None
    rollback_on_failure: bool
    s3_file: HomePath | None


class Config(Section):
    """The whole file."""

    app: App
    paths: Paths
    github: GitHub
    ci: Ci
    health: Health
    image: Image
    compose: Compose
    backup: Backup
    prune: Prune
    freeze: tuple[Freeze, ...]
    monitoring: Monitoring
    environments: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], EnvironmentSettings
    ]

    @model_validator(mode="before")
    @classmethod
    def _read_roles(cls, document: object) -> object:
        match document:
            case {"environments": dict(environments)}:
                _name_roles(environments)
        return document

    @model_validator(mode="after")
    def _promotes_what_is_judged(self) -> Self:
        for name, settings in self.environments.items():
            if settings.promoted_from is None:
                continue
            source = self.environments.get(settings.promoted_from)
            if source is None or source.promoted_from is not None:
                raise ValueError(
                    f"environments.{name}.promoted_from: must name an environment "
                    "that is itself not promoted"
                )
        return self

    def environment(self, name: str) -> EnvironmentSettings:
        """Return the settings of an environment.

        Raises:
            ConfigurationError: there is none of that name.
        """
        if name not in self.environments:
            raise ConfigurationError(
                "choosing the environment",
                f"there is no {name[:60]!r}",
                f"use one of: {', '.join(self.environments)}",
            )
        return self.environments[name]


def find_config(start: Path) -> Path:
    """Return the nearest ``pipeline.yml`` at ``start`` or above it.

    Raises:
        ConfigurationError: there is none.
    """
    for directory in (start, *start.parents):
        if (directory / FILE_NAME).is_file():
            return directory / FILE_NAME
    raise ConfigurationError(
        f"looking for {FILE_NAME}",
        f"none in {start} or above",
        "name one with --config",
    )


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigurationError: it cannot be read or is not valid; each fault is named
            by its path in the file.
    """
    text = ""
    try:
        text = read_plain(path, follow=True).decode("utf-8")
        return Config.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        faults = "; ".join(_fault(path, text, fault) for fault in error.errors())
    except yaml.MarkedYAMLError as error:
        faults = f"{_place(path, error.problem_mark)}: {error.problem}"
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        faults = str(error)
    raise ConfigurationError(
        f"reading {path}", faults, "compare with the pipeline.yml that is shipped"
    )


def _name_roles(environments: dict[str, object]) -> None:
    """Replace ``validated_only``, which once stood for three settings, by these."""
    flags = {
        name: settings.pop("validated_only")
        for name, settings in environments.items()
        if isinstance(settings, dict)
        and isinstance(settings.get("validated_only"), bool)
    }
    judged = next((name for name, flag in flags.items() if not flag), None)
    for name, flag in flags.items():
        environments[name] = {
            "promoted_from": judged if flag else None,
            "backup": flag,
            "commit_status": not flag,
            **environments[name],  # type: ignore[dict-item]
        }


def _fault(path: Path, text: str, fault: "ErrorDetails") -> str:
    """Say what is wrong with a key, and on which line."""
    node, keys = yaml.compose(text), [str(part) for part in fault["loc"]]
    place = node
    for key in keys:
        node = _below(node, key)
        place = node or place
    words = WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    name = ".".join(keys) or "the file"
    words = words.replace("Input should be", "must be")
    return f"{_place(path, place.start_mark if place else None)}: {name}: {words}"


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """Return the value of a key of a mapping, or an item of a list by its number."""
    if isinstance(node, yaml.MappingNode):
        found = (value for name, value in node.value if name.value == key)
        return next(found, None)
    if isinstance(node, yaml.SequenceNode) and key.isdigit():
        return next(iter(node.value[int(key) :]), None)
    return None


def _place(path: Path, mark: yaml.Mark | None) -> str:
    return f"{path.name}:{mark.line + 1}" if mark else path.name

"""What a history left behind, read without the code that is under test."""

from dataclasses import dataclass

from pipeline.core.sha import Sha

from tests.history.pool import git
from tests.history.world import World


@dataclass(frozen=True, slots=True)
class Row:
    """One deployment."""

    id: int
    sha: Sha
    kind: str
    cause: int | None
    at: float
    outcome: str | None
    ended_at: float | None
    is_verified: bool
    is_touching: bool
    replaced: Sha | None
    reset_to: Sha | None


def query(world: World, text: str, *values: object) -> list[tuple[object, ...]]:
    """Return what a query on the journal gives."""
    return world.reader().execute(text, values).fetchall()


def size(world: World) -> tuple[object, ...]:
    """Return how many facts the journal holds, of each kind."""
    tables = ("deployment", "step", "outcome", "verdict", "validation", "notice")
    counts = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in tables)
    return query(world, f"SELECT {counts}")[0]


def begun(world: World) -> tuple[object, ...]:
    """Return how many requests and words of CI were taken down so far."""
    return query(
        world,
        "SELECT (SELECT COUNT(*) FROM deployment WHERE cause IS NULL "
        "AND kind <> 'roll forward'), (SELECT COUNT(*) FROM verdict "
        "WHERE verdict <> 'pending'), (SELECT COUNT(*) FROM notice "
        "WHERE deployment IS NULL AND text LIKE '%Refused%')",
    )[0]


def deployments(world: World) -> list[Row]:
    """Return all deployments, in order."""
    step = "EXISTS (SELECT 1 FROM step s WHERE s.deployment = d.id AND s.name = "
    found = query(
        world,
        "SELECT d.id, d.sha, d.kind, d.cause, d.at, o.outcome, o.at, "
        f"{step}'verify' AND s.is_done), {step}'reset'), d.rollback_point, "
        "(SELECT NULLIF(detail, '') FROM step s WHERE s.deployment = d.id "
        "AND s.name = 'keep' AND s.is_done ORDER BY s.id LIMIT 1) "
        "FROM deployment d LEFT JOIN outcome o ON o.deployment = d.id ORDER BY d.id",
    )
    return [Row(id_, Sha(str(sha)), *rest) for id_, sha, *rest in found]  # type: ignore


def notices(world: World, deployment: int) -> list[str]:
    """Return what was told of a deployment, in order."""
    text = "SELECT text FROM notice WHERE deployment = ? ORDER BY id"
    return [str(row[0]) for row in query(world, text, deployment)]


def is_open(world: World, sha: Sha) -> bool:
    """Tell whether a deployment of a SHA has no end yet."""
    rows = [row for row in deployments(world) if row.sha == sha]
    return any(row.outcome is None for row in rows)


def is_in(world: World, sha: Sha) -> bool:
    """Tell whether the newest conclusion of a SHA's CI was taken down already."""
    attempt, conclusion = world.outside.ci.runs[sha]
    text = "SELECT verdict, attempt FROM verdict WHERE sha = ? ORDER BY id DESC LIMIT 1"
    word = {"success": "passed", "failure": "failed"}.get(conclusion, "none")
    return query(world, text, sha) == [(word, attempt)]


def pointer(world: World) -> list[Sha]:
    """Return every SHA that the pointer stood at, in order."""
    found = query(world, "SELECT sha FROM validation ORDER BY id")
    return [Sha(str(row[0])) for row in found]


def written(world: World) -> str:
    """Return what last-validated-sha.txt holds."""
    file = world.places.state / "last-validated-sha.txt"
    return file.read_text().strip() if file.exists() else ""


def kept(world: World) -> list[str]:
    """Return the trees that were kept aside."""
    if not (world.places.store / "refs" / "kept").is_dir():
        return []
    listed = "for-each-ref", "--format=%(tree)", "refs/kept"
    return git(world.places.store, *listed).split()

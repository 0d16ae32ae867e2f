"""Replay one history, or show what finds each guard that is taken out.

.venv/bin/python -m tests.history guards             # all of them: minutes
.venv/bin/python -m tests.history guards "outbox"    # those whose name says so
.venv/bin/python -m tests.history replay "success rollback | ship g !30"
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "70_scripts"))


def replay(text: str) -> int:
    """Play a history and print what happened, step by step."""
    from tests.history import records
    from tests.history.judging import judged
    from tests.history.play import History

    seen: list[str] = []
    for played, complaints in judged(History.read(text)):
        world = played.world
        deaths = "; ".join(world.deaths) or "nobody died"
        print(f"== {text}\n   {deaths}")
        print(*(f"   {line}" for line in world.said), sep="\n")
        for row in records.deployments(world):
            what = f"{row.id}. {row.kind} {row.sha.short} {row.cause or ''}"
            print(f"   {what}: {row.outcome}")
            for told in world.told:
                if told.deployment == row.id:
                    print(f"      {' | '.join(told.text.splitlines())}")
        seen += complaints
    print(*(seen or ["every promise held"]), sep="\n")
    return 1 if seen else 0


def guards(word: str = "") -> int:
    """Print the table of what is caught when a guard is taken out."""
    from tests.history.mutations import lines, promises

    print(*promises(), "", *lines(word), sep="\n")
    return 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["replay", history]:
            sys.exit(replay(history))
        case ["guards", *named] if len(named) < 2:
            sys.exit(guards(*named))
    sys.exit(__doc__)

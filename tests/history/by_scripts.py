"""What the scripts do: each is a process that may die."""

from pipeline.core.deployment import Kind, Order
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.adapters.github import GitHubUnavailable
from pipeline.operations.deploy import deploy
from pipeline.operations.resume import resume
from pipeline.operations.manual_rollback import roll_back
from pipeline.operations.settlement import settle
from pipeline.operations.ci_polling import look, look_safely

from tests.history.by_people import chosen, conclude, push
from tests.history.death import Fate
from tests.history.operation import Operation
from tests.history.world import NAME, World

BY_HAND = "verdict given by hand"


def ship(world: World, operation: Operation, fate: Fate) -> None:
    """Push a version and let the CD job deploy it."""
    push(world, operation, fate)
    with world.process(fate) as env:
        deploy(env, _order(world, world.pushed[-1]))


def put_up(world: World, operation: Operation, fate: Fate) -> None:
    """Let the CD job of an older push run again, or a person deploy."""
    sha = chosen(world, operation.word(0))
    with world.process(fate) as env:
        deploy(env, _order(world, sha), is_override=operation.word(1) == "override")
    if sha != world.tip and not world.pool.is_older(sha, world.tip):
        world.strays.append(f"{sha.short} was taken off the branch, and is deployed")


def _order(world: World, sha: Sha) -> Order:
    subject = " ".join(world.pool.ways[sha]) or "root"
    return Order(NAME, sha, Kind.DEPLOY, "ada", subject)


def hear(world: World, operation: Operation, fate: Fate) -> None:
    """Let GitHub's event of a concluded run reach the machine."""
    sha = chosen(world, operation.word(0))
    try:
        judgement = look(world.watch(), sha)
    except GitHubUnavailable:
        return  # The event's job fails; nobody re-runs it.
    with world.process(fate) as env:
        settle(env, sha, judgement)


def tell(world: World, operation: Operation, fate: Fate) -> None:
    """Let CI conclude, and its event reach the machine."""
    conclude(world, operation, fate)
    hear(world, operation, fate)


def arrive_one(world: World, operation: Operation, fate: Fate) -> None:
    """Let a living watcher end."""
    living = [sha for sha in reversed(world.pushed) if sha in world.watchers]
    if living:
        world.aim = living[int(operation.word(0)) % len(living)]
        arrive(world, world.aim, fate)


def arrive_again(world: World, operation: Operation, fate: Fate) -> None:
    """Let the watcher that was killed be started again, and end."""
    if world.aim is not None:
        arrive(world, world.aim, fate)


def arrive(world: World, sha: Sha, fate: Fate) -> None:
    """Let a watcher end with GitHub's word, or with none at its deadline."""
    try:
        judgement = look(world.watch(), sha)
    except GitHubUnavailable as trouble:
        judgement = Judgement(Verdict.PENDING, str(trouble))
    if not judgement.is_final:
        reason = f"no verdict after 300 s: {judgement.reason}"
        judgement = Judgement(Verdict.NONE, reason, judgement.run)
    try:
        with world.process(fate) as env:
            settle(env, sha, judgement)
    finally:
        world.watchers.discard(sha)


def settle_by_hand(world: World, operation: Operation, fate: Fate) -> None:
    """Let a person give the verdict."""
    sha, verdict = chosen(world, operation.word(0)), Verdict(operation.word(1))
    if verdict is Verdict.PASSED:
        world.passed_by_hand.add(sha)
    with world.process(fate) as env:
        settle(env, sha, Judgement(verdict, f"{BY_HAND}: {verdict}"))


def roll_back_by_hand(world: World, operation: Operation, fate: Fate) -> None:
    """Let a person roll back."""
    word = operation.word(0)
    to = None if word == "previous" else chosen(world, word)
    with world.process(fate) as env:
        is_override = operation.word(1) == "override"
        roll_back(env, to, "ada", is_override=is_override)


def upgrade(world: World, operation: Operation, fate: Fate) -> None:
    """Let the next pipeline be adopted; watchers of the one before live on."""
    world.adopt_next(fate)


def revert(world: World, operation: Operation, fate: Fate) -> None:
    """Let the pipeline before be adopted again; the journal stays as it is."""
    world.is_upgraded = False


def resume_by_timer(world: World, operation: Operation, fate: Fate) -> None:
    """Let the timer come."""
    resume_now(world, fate)


def resume_now(world: World, fate: Fate, *, is_looking: bool = True) -> None:
    """Do what the timer does; it asks GitHub only now and then."""

    def answer(sha: Sha, is_urgent: bool) -> Judgement | None:
        return look_safely(world.watch(), sha) if is_looking else None

    with world.process(fate) as env:
        resume(env, answer)
        env.outbox.flush()

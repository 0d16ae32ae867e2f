"""The texts that people read, as the team knows them.

Whatever comes from a commit or an actor is escaped here and nowhere else.
"""

from dataclasses import dataclass, replace

from pipeline.core import log_tail
from pipeline.core.deployment import Kind, Order, Outcome
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement
from pipeline.core.wording import escaped, one_line

CI_IN_PROGRESS = "⏳ CI verification in progress..."
MOST_JOBS = 5
MASS_MENTIONS = ("everyone", "here")
LONGEST_ACTOR = 60
LONGEST_COMMAND = 700
SHORT = 7
SHORT_REPORT = 10


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to people; an alert is a new message, others update the old one.

    Attributes:
        text: what is said.
        is_alert: a new message, which is heard.
        is_read_back: it was read back just now that the SHA serves, healthy.
    """

    text: str
    is_alert: bool = False
    is_read_back: bool = False


def ended(
    order: Order, outcome: Outcome, instead: Sha | None, *, is_read_back: bool = False
) -> Notice:
    """Say in the message that followed a deployment how it ended; an alert says why.

    Args:
        order: of the deployment.
        outcome: how it ended.
        instead: the version that was put back, read back.
        is_read_back: it was read back just now that the SHA serves, healthy.
    """
    if is_read_back:
        return _notice("✅", "Deployed", order, ("Serving this SHA, verified healthy",))
    if instead is not None:
        lines = (f"Serving {instead.short} again, verified healthy",)
        return _notice("⏹️", f"Ended: {outcome}", order, lines, serving=instead)
    return _notice("⏹️", f"Ended: {outcome}", order, ("What follows says why",))


def started(order: Order, *, awaits_ci: bool = True) -> Notice:
    """Say that a deployment begins."""
    lines = (CI_IN_PROGRESS,) if awaits_ci else ()
    title = "Deployment started"
    if order.kind is not Kind.DEPLOY:
        title = f"{order.kind.capitalize()} started"
    return _notice("🚀", title, order, lines)


def live(
    order: Order, seconds: float, remarks: tuple[str, ...], *, no_ci: str = ""
) -> Notice:
    """Say that the SHA serves, read back, and where its verdict will come from.

    ``no_ci`` says why it will not come from CI.
    """
    lines = (
        f"Serving this SHA, healthy, after {seconds:.1f} s",
        *remarks,
        f"⏳ {escaped(no_ci)}; settle it by hand" if no_ci else CI_IN_PROGRESS,
    )
    title = "Live, awaiting a person's verdict" if no_ci else "Live, awaiting CI"
    return _notice("🚀", title, order, lines)


def deployed(order: Order) -> Notice:
    """Say that a SHA that was validated before serves, read back."""
    lines = ("Serving this SHA, verified healthy",)
    if order.kind is Kind.ROLLBACK:
        instead = tuple(order.reason.splitlines())
        title = "Rolled back by hand"
        alert = _notice("↩️", title, order, lines, is_alert=True, instead=instead)
        return replace(alert, is_read_back=True)
    return _notice("✅", "Deployed", order, lines)


def still_running(order: Order, judgement: Judgement) -> Notice:
    """Say that CI takes longer than the watch, and that nothing is rolled back."""
    lines = ("⏳ CI still running; its end decides", *_why(judgement))
    return _notice("🚀", "Live, CI still running", order, lines)


def unjudged(order: Order) -> Notice:
    """Say in the message that follows a deployment that no verdict came yet."""
    lines = ("Serving this SHA; a late verdict still counts",)
    return _notice("⏳", "Live, no verdict yet", order, lines)


def kept(order: Order, judgement: Judgement) -> Notice:
    """Say that the SHA goes on serving although no verdict came."""
    lines = (*reasons(judgement), "Left as it is; a late verdict still counts")
    return _notice("⏳", "Live without a verdict", order, lines, is_alert=True)


def validated(order: Order, judgement: Judgement, *, is_late: bool = False) -> Notice:
    """Say that a SHA passed and serves; aloud where it was told to have no verdict."""
    lines = ("CI passed after all", *_why(judgement)) if is_late else _why(judgement)
    return _notice("✅", "Validated", order, lines, is_alert=is_late)


def returned(order: Order, target: Sha, reasons: tuple[str, ...]) -> Notice:
    """Say that another SHA serves instead, read back."""
    run = (f"Deployed by: {one_line(order.run_url)}",) if order.run_url else ()
    said, log = log_tail.split(reasons)
    lines = (*said, f"Serving {target.short} again, verified healthy", *run, *log)
    return _notice("↩️", "Rolled back", order, lines, is_alert=True, serving=target)


def withdrawn(order: Order, instead: Sha) -> Notice:
    """Say that a person put another SHA up, read back, before the verdict came."""
    lines = (f"Serving {instead.short} again, verified healthy",)
    return _notice("↩️", "Rolled back by hand", order, lines, serving=instead)


def rolled_forward(order: Order, before: Sha | None = None) -> Notice:
    """Say that a late success serves, read back, instead of what served before."""
    lines = ("CI passed after all", "Serving this SHA, verified healthy")
    instead = (f"Instead of: {before.short}",) if before else ()
    title = "Rolled forward"
    alert = _notice("⏩", title, order, lines, is_alert=True, instead=instead)
    return replace(alert, is_read_back=True)


def superseded(order: Order, reasons: tuple[str, ...]) -> Notice:
    """Say that the SHA was replaced before its end."""
    return _notice("⏭️", "Superseded", order, reasons)


def failed(order: Order, reasons: tuple[str, ...]) -> Notice:
    """Say that a deployment failed and what that leaves."""
    return _notice("❌", "Failed", order, reasons, is_alert=True)


def needs_human(
    order: Order,
    reasons: tuple[str, ...],
    obstacle: str,
    commands: tuple[str, ...] = (),
) -> Notice:
    """Say that what serves is not what should, and what a person can type."""
    said, log = log_tail.split(reasons)
    lines = (
        *said,
        escaped(obstacle),
        "A human is needed: README_CI_CD.md, “Rollback by hand”",
        *by_hand(commands),
        *log,
    )
    return _notice("🚨", "NOT ROLLED BACK", order, lines, is_alert=True)


def promoted(order: Order, url: str) -> Notice:
    """Say that production serves what preprod has proved, read back."""
    lines = (
        "🎯 PRODUCTION - Deployment successful ✅",
        f"SHA: {order.sha.short}",
        *_who(order),
        "PREPROD ✅ → PROD ✅",
        f"URL: {one_line(url)}",
        *_by(order),
    )
    return Notice("\n".join(lines), is_alert=True, is_read_back=True)


def refused(
    environment: str, sha: Sha | None, reason: str, todo: str = "", actor: str = ""
) -> Notice:
    """Say that a request was turned down."""
    lines = (
        f"⛔ {environment.upper()} - Refused",
        f"SHA: {sha.short}" if sha else "",
        f"By: {_at(actor)}" if actor else "",
        problem(reason),
        f"To do: {escaped(todo)}" if todo else "",
        "Nothing was touched",
    )
    return Notice("\n".join(filter(None, lines)), is_alert=True)


def freeze_overridden(actor: str, window: str) -> Notice:
    """Say who deploys although production is frozen."""
    lines = ("🧊 PROD - Freeze overridden", f"By: {_at(actor)}", one_line(window))
    return Notice("\n".join(lines), is_alert=True)


def drifted(environment: str, served: Sha, journaled: Sha) -> Notice:
    """Say that somebody changed what serves by hand, and that it was left so."""
    lines = (
        f"⚠️ {environment.upper()} - Drifted",
        f"Serving {served.short}, the journal says {journaled.short}",
        "Left as it is; deploy or roll back to make it whole",
    )
    return Notice("\n".join(lines), is_alert=True)


def undeployed(
    environment: str, sha: Sha, author: str, subject: str, judgement: Judgement
) -> Notice:
    """Say that CI failed for a commit that no deployment stands for."""
    lines = (
        f"❌ {environment.upper()} - CI failed, never deployed here",
        f"SHA: {sha.short}",
        f"Author: {_at(author)}",
        f"Message: {escaped(subject)}",
        *reasons(judgement),
    )
    return Notice("\n".join(lines), is_alert=True)


def moved(repository: str, where: str) -> Notice:
    """Say that GitHub redirects: the repository was renamed or transferred."""
    lines = (
        f"⚠️ GITHUB - {escaped(repository)} has moved",
        f"GitHub redirects to {one_line(where)}",
        "To do: set github.repository, or origin's address, to the new name",
    )
    return Notice("\n".join(lines), is_alert=True)


def misreported(environment: str, report: str, deployed: Sha) -> Notice:
    """Say that the app reports another version than the one that was deployed."""
    lines = (
        f"⚠️ {environment.upper()} - Misreports",
        f"It reports {one_line(report)[:SHORT_REPORT]}; what was deployed and still "
        f"runs is {deployed.short}",
        "Nobody changed it by hand: its verdict counts; mend the app's report",
    )
    return Notice("\n".join(lines), is_alert=True)


def not_adopted(sha: Sha, in_force: Sha, fault: str, obstacle: str) -> Notice:
    """Say why a validated pipeline is not put in force, and that the old one stays."""
    lines = (
        f"⚠️ PIPELINE - {sha.short} was validated, but {fault}",
        problem(obstacle),
        f"{in_force.short} goes on deploying, watching and rolling back",
    )
    return Notice("\n".join(lines), is_alert=True)


def of_job(title: str, sha: str, actor: str, subject: str, url: str) -> Notice:
    """Say something of a job of CI; all of it may be hostile."""
    lines = (
        escaped(title),
        f"SHA: {escaped(sha[:SHORT])}",
        f"Author: {_at(actor)}",
        f"Message: {escaped(subject)}",
        f"Run: {one_line(url)}",
    )
    return Notice("\n".join(lines), is_alert=True)


def by_hand(commands: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines with commands to type, as Discord shows code."""
    # Whole, however long a path is: a command that was cut is not the one to type.
    lines = (one_line(command, LONGEST_COMMAND) for command in commands)
    return tuple(f"`{line.replace('`', '')}`" for line in lines)


def problem(seen: str) -> str:
    """Return the line that names a problem."""
    return f"Reason: {escaped(seen)}"


def reasons(judgement: Judgement) -> tuple[str, ...]:
    """Return a verdict's reason, its failed jobs' addresses and its run's."""
    jobs = (
        f"  {escaped(job.name)}: {one_line(job.url)}"
        for job in judgement.jobs[:MOST_JOBS]
    )
    log = log_tail.block(judgement.log)
    return (problem(judgement.reason), *jobs, *_link(judgement), *log)


def _why(judgement: Judgement) -> tuple[str, ...]:
    return (escaped(judgement.reason), *_link(judgement))


def _link(judgement: Judgement) -> tuple[str, ...]:
    return (f"Run: {one_line(judgement.run.url)}",) if judgement.run else ()


def _who(order: Order) -> tuple[str, str]:
    author = f"Author: {_at(order.author or order.actor)}"
    return author, f"Message: {escaped(order.subject)}"


def _by(order: Order) -> tuple[str, ...]:
    """Return who wanted it, where that is not the author."""
    names = (order.author.casefold(), order.actor.casefold())
    is_other = all(names) and names[0] != names[1]
    return (f"By: {_at(order.actor)}",) if is_other else ()


def _at(actor: str) -> str:
    # Whoever calls himself everyone is still not to look like a mention of all.
    name = escaped(actor, LONGEST_ACTOR)
    return ("\\@" if name.lower().startswith(MASS_MENTIONS) else "@") + name


def _notice(
    sign: str,
    title: str,
    order: Order,
    lines: tuple[str, ...],
    *,
    is_alert: bool = False,
    serving: Sha | None = None,
    instead: tuple[str, ...] = (),
) -> Notice:
    """Make a notice whose SHA is what serves, where another one does not any more."""
    removed = (f"Instead of: {order.sha.short}",) if serving else instead
    said, log = log_tail.split(lines)
    parts = (
        f"{sign} {order.environment.upper()} - {title}",
        f"SHA: {(serving or order.sha).short}",
        *removed,
        *_who(order),
        *said,
        *_by(order),
        *log,
    )
    return Notice("\n".join(parts), is_alert)

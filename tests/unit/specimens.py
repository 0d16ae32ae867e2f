"""Values that many tests need: commits, orders, runs, and texts that mean harm."""

from pipeline.core.deployment import Kind, Order
from pipeline.core.sha import Sha
from pipeline.core.verdict import Run

A, B, C, D = (Sha(digit * 40) for digit in "abcd")
GOOD = Sha("acfdb42" + "0" * 33)

HOSTILE = (
    "nul \0 inside",
    "right-to-left \u202e mark",
    "zero\u200bwidth",
    "@everyone and @here",
    "<@123> <@&456> <#789> <:name:1>",
    "`code` ``` fence",
    "*bold* _italic_ ~~gone~~ ||spoiler|| > quote",
    "[link](https://example.invalid)",
    "first\nsecond\r\nthird\u2028fourth\ttab",
    "x" * 10_000,
    "\N{ROCKET}" * 3_000,
    "back\\slash \\@everyone \\\\<@1>",
    "$(reboot) ; `reboot` \"' && ::set-output name=a::b",
    "\ud800 lone surrogate",
    "",
)


def an_order(
    environment: str = "preprod",
    sha: Sha = A,
    kind: Kind = Kind.DEPLOY,
    actor: str = "user",
    subject: str = "Fix bug analysis",
) -> Order:
    """Return an order; what a test does not care about is filled in."""
    return Order(environment, sha, kind, actor, subject)


def a_run(
    sha: str = A,
    status: str = "completed",
    conclusion: str = "success",
    id: int = 1,
    attempt: int = 1,
    event: str = "push",
    path: str = ".github/workflows/ci.yml",
) -> Run:
    """Return a run of CI; what a test does not care about is filled in."""
    url = f"https://example.invalid/runs/{id}"
    return Run(id, attempt, sha, event, path, status, conclusion, url)

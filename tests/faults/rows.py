"""Every fault that is tried, by class: what the table shows and the page lists."""

from collections.abc import Mapping
from typing import Any

import pytest
from pipeline.core.deployment import Step

MOMENTS = ("before", "after")
NEVER, FULL = "never", "full"
NOT_ON_PREPROD = (Step.BACKUP,)
# What an environment with one place has no need of.
WITH_SLOTS = (Step.START, Step.VERIFY, Step.RETIRE)
NOT_IN_A_RETURN = (Step.FETCH, Step.WATCH)


def marks(*left_out: Step) -> tuple[str, ...]:
    """Return the facts of every step but some."""
    steps = (
        step for step in Step if step not in (*NOT_ON_PREPROD, *WITH_SLOTS, *left_out)
    )
    return tuple(f"{step.word} {mark}" for step in steps for mark in ("begun", "done"))


# The facts of a deployment, of a red verdict that is settled, and of a green one.
DEPLOY_POINTS = ("start", *marks(), "begin", "record")
RETURN_POINTS = (
    "judge",
    "start",
    *marks(*NOT_IN_A_RETURN),
    "end_rollback",
    "begin",
    "record",
)
SETTLE_POINTS = ("judge", "validate", "end", "record")


def interrupted(verb: str, moment: str, point: str) -> str:
    """Return the case of a script that is killed, or meets a full disk, at a fact."""
    how = "finds the disk full at" if moment == FULL else f"killed {moment}"
    return f"{verb} {how} “{point}”"


def chosen(points: tuple[str, ...], moments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return moment and fact of each interruption.

    Before a step is begun is after what precedes it: nothing happens between the two.
    """
    return [
        (moment, point)
        for point in points
        for moment in moments
        if (moment, point.split()[-1]) != ("before", "begun")
    ]


def interruptions(verb: str, points: tuple[str, ...], *moments: str) -> tuple[str, ...]:
    """Return the cases of a script that is interrupted at each of its facts."""
    return tuple(
        interrupted(verb, moment, point) for moment, point in chosen(points, moments)
    )


PROMOTION_STEPS = {
    f"dies in “{step.word}”": step
    for step in Step
    if step not in (*WITH_SLOTS, Step.WATCH)
}
WORDS = {
    f"{word!r} typed": word
    for word in ("deploy", " DEPLOY", "DEPLOY ", "Deploy", "", "--DEPLOY", "ДEPLOY")
}

# How a push asks for no CI, and which filters of the workflow keep it away.
SKIPPING = {
    "[skip ci]": "Typo [skip ci]",
    "[ci skip]": "[ci skip] Typo",
    "[no ci]": "Typo\n\nOnly words. [no ci]",
    "[skip actions]": "Typo [skip actions]",
    "[actions skip]": "Typo [actions skip]",
    "skip-checks: true": "Typo\n\n\nskip-checks: true",
    "skip-checks:true": "Typo\n\n\nskip-checks:true\n",
    "skip-checks after other trailers": (
        "Typo\n\n\nSigned-off-by: Ada <ada@example.org>\nskip-checks: true\n"
    ),
}
FILTERS = {
    "paths-ignore": "paths-ignore: ['10_preprod/**']",
    "paths": "paths: ['30_docker/**']",
    "branches": "branches: [dev]",
    "branches-ignore": "branches-ignore: ['m*']",
    "tags only": "tags: ['v*']",
}

# What people type for a commit, by what it is; and what is refused unseen.
NAMES = (
    "a short SHA",
    "a SHA in capitals",
    "a tag",
    "an annotated tag",
    "a tag that was moved at origin",
    "the branch",
    "the branch's parent",
)
NO_NAMES = {
    "an option": "--upload-pack=touch pwned",
    "a range": "main..origin/main",
    "three dots": "main...origin/main",
    "a reflog": "origin/main@{1}",
    "a search": ":/First",
    "a path": "main:pipeline.yml",
    "a tree": "main^{tree}",
    "an exclusion": "^main",
    "a way upwards": "../../etc/passwd",
    "a shell": "$(touch pwned)",
    "a newline": "main\nmain",
    "a blank": "origin main",
    "a glob": "refs/*",
    "a half surrogate": "v1\udcff",
    "10 kB": "a" * 10_000,
}
NO_WORDS = (
    "rollback",
    " ROLLBACK",
    "ROLLBACK ",
    "",
    "--ROLLBACK",
    "DEPLOY",
    "ROLLBАCK",
)

HOSTILE = {
    "quotes": """say "it's" 'done'; touch pwned #""",
    "backslash": "back \\ slash \\n \\",
    "backticks": "`touch pwned`",
    "$(…)": "$(touch pwned) ${IFS} $HOME",
    "newline": "first line\n::error::second\n@everyone",
    "tab": "one\ttwo\t::warning::",
    "NUL": "before\0after",
    "10 kB": "long " * 2000,
    "emoji": "\N{PARTY POPPER}\N{ROCKET}\N{VARIATION SELECTOR-16}\N{FAMILY}",
    "RTL marks": "\u202eevil\u202c \u2066x\u2069",
    "@everyone": "@everyone @here",
    "<@id>": "<@123456789012345678> <@&123456789012345678> <#1>",
    "markdown": "**bold** __under__ ~~gone~~ ||hidden|| [link](http://x.example) > # -",
    "::set-output": "::set-output name=x::y",
}

# What follows in a compose file after its service's name and image.
COMPOSE = {
    "privileged": "    privileged: true",
    "the host's network": "    network_mode: host",
    "the host's processes": '    pid: "host"',
    "the host's IPC": "    ipc: host",
    "the host's user namespace": "    userns_mode: host",
    "another container's network": "    network_mode: container:other",
    "devices": '    devices: ["/dev/kmsg"]',
    "device rules": '    device_cgroup_rules: ["c 1:3 rwm"]',
    "all GPUs": "    gpus: all",
    "cap_add": "    cap_add: [SYS_ADMIN]",
    "security_opt unconfined": "    security_opt: [seccomp=unconfined]",
    "new privileges": '    security_opt: ["no-new-privileges:false"]',
    "sysctls": "    sysctls: {kernel.msgmax: 1}",
    "cgroup_parent": "    cgroup_parent: /",
    "volumes of another container": '    volumes_from: ["container:other"]',
    "the engine's own socket": "    use_api_socket: true",
    "/:/host": '    volumes: ["/:/host:ro"]',
    "the Docker socket": '    volumes: ["/var/run/docker.sock:/run/docker.sock"]',
    "the other environment's tree": '    volumes: ["../20_prod:/prod:ro"]',
    "the root by dots": '    volumes: ["../10_preprod/../..:/host:ro"]',
    "its own tree to write to": '    volumes: ["../10_preprod:/own"]',
    "a mount that propagates": '    volumes: ["../10_preprod:/own:ro,rshared"]',
    "a port on every address": '    ports: ["9000:9000"]',
    "another environment's name": "    container_name: mangetamain-prod-app-1",
    "a log driver of the host": "    logging: {driver: syslog}",
    "extends from another file": "    extends: {file: /etc/o.yml, service: app}",
    "env_file outside of the tree": "    env_file: /etc/environment",
    "env_file through a variable": "    env_file: ${HOME}/secrets.env",
    "a hook with privileges": "    post_start: [{command: ls, privileged: true}]",
    "a build outside of the tree": "    build: {context: /etc}",
    "a build by a file elsewhere": "    build: {context: ../10_preprod, "
    "dockerfile: /x}",
    "a build on the host's network": "    build: {context: ., network: host}",
    "include": "include: [/etc/other.yml]",
    "a volume that mounts the host": "    volumes: ['v1:/v']\n"
    "volumes: {v1: {driver_opts: {device: /, o: bind, type: none}}}",
    "a secret file of the host": "    secrets: [v]\nsecrets: {v: {file: /etc/shadow}}",
    "a secret of the pipeline": "    secrets: [v]\n"
    "secrets: {v: {environment: DISCORD_WEBHOOK_URL}}",
    "an external network": "    networks: [v]\nnetworks: {v: {external: true}}",
    "another environment's project": "name: mangetamain-prod",
}

ROWS: dict[str, tuple[str, ...]] = {
    "verdicts": (
        "success",
        "failure",
        "cancelled",
        "timed_out",
        "startup_failure",
        "action_required",
        "skipped",
        "neutral",
        "stale",
        "a conclusion never seen before",
        "a status never seen before",
    ),
    "slow or absent CI": (
        "green after the deadline",
        "red after the deadline",
        "no run ever listed",
        "listed late",
        "listed after the deadline",
        "listed only beyond the first page",
        "only a pull_request run",
        "only a workflow_dispatch run",
        "only a run of another workflow",
        "a green pull_request beside a red push",
        "a red pull_request beside a green push",
        "a green dispatch beside a red push",
        "a green run of another workflow",
        "two push runs, the newest red",
        "two push runs, the newest green",
        "attempt 2 green",
        "attempt 2 red",
    ),
    "GitHub trouble": (
        "5xx for a while",
        "5xx for minutes",
        "connection refused",
        "connection refused for a while",
        "slow bodies",
        "a body that never ends",
        "truncated JSON",
        "truncated JSON to the end",
        "HTML instead of JSON",
        "HTML to the end",
        "401",
        "403 with Retry-After",
        "403 with a long Retry-After",
        "429 with Retry-After",
        "429 with a long Retry-After",
        "rate limit used up",
        "304 without a cached body",
        "304 to the end",
        "as it asks: no second question",
        "404",
        *(f"renamed, {status}" for status in (301, 302, 307, 308)),
        "redirects in circles",
        "a redirect to nowhere",
        "a redirect to another host",
        "the VM's clock an hour behind",
        "the VM's clock an hour ahead",
        *(
            f"retry_after: {value}"
            for value in ("-7", "nan", "inf", "1000000000", "soon")
        ),
        "run_attempt null",
        "an id that is no number",
        "an id of thirty digits",
        "a list in place of an object",
        "null in place of an object",
        "nesting",
        "half a character",
        "completed, its conclusion null",
        "an empty filtered list",
        "the jobs of a failed run cannot be had",
    ),
    "races": (
        "A red, B green",
        "B green, A red",
        "A green, B red",
        "B red, A green",
        "both red, A first",
        "both red, B first",
        "both green, A first",
        "both green, B first",
        "two deploy jobs at once",
        "the same SHA by two jobs at once",
        "promotion while preprod deploys",
        "rollback by hand while a watcher waits",
        "a verdict while the next one deploys",
        "an older SHA after a newer one",
    ),
    "re-runs": (
        "red then green",
        "red then green, a newer one validated meanwhile",
        "green then red",
        "the CD job on a rolled-back SHA",
        "the CD job on the validated SHA",
        "the CD job while the verdict is awaited",
        "red before it was ever deployed",
        "red before it was ever deployed, promoted",
        "red before it was ever deployed, rolled back to",
    ),
    "CI that takes long": (
        *(
            f"{status} at the deadline"
            for status in ("in_progress", "queued", "waiting", "pending", "requested")
        ),
        "then green, by the timer or its event",
        "then red, by the timer or its event",
        "still in progress after the patience",
        "settled by hand while it runs",
        "GitHub silent after the deadline",
        "its run is deleted",
        "without a token, most of the hour used up",
        "its watcher killed again and again",
        "its watcher killed, the verdict there after the deadline",
    ),
    "no verdict, kept": (
        "cancelled",
        "no run ever listed",
        "a late success",
        "a late failure",
        "replaced by a newer one",
    ),
    "CI that does not start": (
        *SKIPPING,
        *FILTERS,
        "nobody settles it",
        "on_no_ci: keep",
        "on_no_ci: rollback where the rest is kept",
        "a push that the filter lets through",
    ),
    "naming a commit": (
        *NAMES,
        "ambiguous",
        "the beginning of no SHA",
        "settle of an unknown SHA",
        "watch_ci of an unknown SHA",
        "settle of an unknown SHA while nothing can be fetched",
        *NO_NAMES,
        "an empty one",
    ),
    "confirming a rollback": (
        "nobody confirms",
        *(f"{word!r} typed" for word in NO_WORDS),
        "typed at a terminal",
        "another word typed at a terminal",
        "only looked at",
    ),
    "deaths": (
        "no fact is forgotten",
        *interruptions("deploy", DEPLOY_POINTS, *MOMENTS),
        *interruptions("watch_ci", RETURN_POINTS, *MOMENTS),
        *interruptions("settle", SETTLE_POINTS, *MOMENTS),
        "resume itself killed",
        "killed again and again at the same step",
        "the watcher killed",
        "lock holder dead",
        "the runner's job-end clean-up",
        "reboot, nothing open",
        "reboot while the verdict is awaited",
        "reboot in the middle of a deployment",
        "the app stopped by a person",
        "the script killed, its git goes on",
    ),
    "state": (
        "file missing",
        "file empty",
        "file of garbage",
        "file in another encoding",
        "file with another SHA",
        "file a directory",
        "read-only",
        "journal missing",
        "journal and file missing",
        "journal missing, file not to be believed",
        "journal locked",
        "journal truncated",
        "journal of garbage",
        "journal from a newer version",
        "disk full from the start",
        *interruptions("deploy", DEPLOY_POINTS, FULL),
        *interruptions("watch_ci", RETURN_POINTS, FULL),
        *interruptions("settle", SETTLE_POINTS, FULL),
    ),
    "git": (
        "fetch fails",
        "fetch fails once",
        "fetch hangs",
        "stale index.lock",
        "stale lock of a ref",
        "SHA not on main",
        "force-push removed it, object gone",
        "force-push removed the good one, object pruned",
        "dirty tree",
        "untracked files in the way",
        "local commits in the worktree",
        "shallow clone",
        "submodule",
        "git's own normalisation",
        "ignored file where the commit has its own",
        "edit behind skip-worktree",
        "edit behind assume-unchanged",
        "hand edit between a death and its recovery",
        "names with newline and bytes",
        "damaged index, unborn branch",
        "stale locks of every name",
        "a live lock whose file git closed",
        "a live lock that is never freed",
    ),
    "outputs": (
        "a full device",
        "a pipe that nobody reads",
        "a reader that is gone",
        "standard streams closed",
        "the watcher's log planted",
        "no folder for the watcher's log",
        "the temporary folder full",
        "leftovers that cannot be removed",
        "last-validated-sha.txt cannot be written",
    ),
    "the pushed tree": (
        "hooks in store and worktree",
        "core.hooksPath and core.fsmonitor",
        "a filter and a diff driver by attributes",
        "a submodule with a command and an ext:: address",
        "GIT_* of a job",
        *COMPOSE,
        "a compose file that is a symbolic link",
        "a mount through a link of the tree",
        "what the configuration allows",
    ),
    "containers": (
        "engine down",
        "restart fails",
        "image does not build",
        "compose file does not parse",
        "compose file changed",
        "dependencies changed",
        "no container yet",
        "container exits after start",
        "the container reports another SHA after the gate",
        "port taken",
        "port taken that the new version wants",
    ),
    "health": (
        "never healthy",
        "healthy late",
        "flapping",
        "200 with wrong content",
        "200 from the old version",
        "200 from another version",
        "200 from the proxy's error page",
        "hangs",
        "redirects",
        "500",
        "its script cannot run",
        "dies in the soak",
    ),
    "rollback fails": (
        "restart fails",
        "image pruned",
        "image pruned, not to be built again",
        "old version unhealthy too",
        "nothing to return to",
        "tried again by the timer, paged once",
        "on production, mended since",
    ),
    "Discord": (
        "down",
        "slow",
        "5xx",
        "429 with retry_after",
        "429 for long",
        "404 unknown webhook",
        "400",
        "over-long text",
        "no webhook at all",
        "429 without a pause",
        "429 with a negative pause",
        "429 with text for a pause",
        "429 with an infinite pause",
        "429 with NaN for a pause",
        "429 with a pause in the header",
        "429 with a date in the header",
        "HTML in place of JSON",
        "nested without end",
        "takes a message and answers too late",
        "200 without an id",
        "a thread of a forum",
        "a forum's address without a thread",
    ),
    "trouble of one environment": (
        "its files are gone",
        "git finds garbage",
        "its record is garbage",
    ),
    "health watch": (
        "recovery, where it is not to be told",
        "down while a deployment is at work",
        "down since before a deployment",
        "down where a deployment died",
    ),
    "notices": (
        "one message to its end: rolled back",
        "one message to its end: promoted",
        "one message to its end: failed",
        "the start, as the team knows it",
        "a verified rollback, nothing to type",
        "the failed job's log",
    ),
    "hostile text": (
        *HOSTILE,
        "a commit's own message and author",
        "a branch's name",
        "--option as SHA",
        "–option with a dash of prose as SHA",
        "../ as environment",
        "--option as environment",
    ),
    "prod": (
        "unvalidated SHA",
        "nothing validated yet",
        *WORDS,
        "first deploy ever",
        "first deploy ever, health fails",
        "backup cannot be written",
        "backup cannot be read back",
        "health fails",
        "health fails, left for a person",
        *PROMOTION_STEPS,
        "freeze window that refuses",
        "freeze window that warns",
        "rollback by hand",
    ),
    "backups": (
        "a database is written to",
        "a database that is declared by its file",
        "files are written to and vanish",
        "hooks, and one that fails",
        "stray files among them",
        "not a byte of data",
    ),
    "people": (
        "rollback twice and thrice on preprod",
        "rollback twice and thrice on prod",
        "rollback to any earlier good one",
        "rollback twice while verdicts are pending",
        "what is returned to fails in CI",
        "hand rollback, then a promotion that fails",
        "hand rollback, then a promotion of what lies between",
        "hand rollback, then rollback",
        "hand rollback, made whole",
        "hand rollback, then a push that fails",
        "the app reports another SHA after the gate",
        "status while a version is put up",
    ),
    "GitHub itself": (
        "a waiting deployment is dropped, its CI fails",
        "a waiting deployment is dropped, its CI passes",
        "a failed job of another workflow",
        "a deployment by hand in a burst of pushes",
    ),
    "clock": (
        "set back by an hour: a passing re-run clears a bad SHA",
        "set back by an hour: a passing re-run brings back what a person took away",
        "set back by an hour: the newest backup stays",
        "a day ahead while it deploys",
        "leaps by a month before a late success",
        "leaps an hour ahead while CI runs",
    ),
    "upgrade": (
        "the next version migrates while this one watches; then a revert",
        "the next version's migration fails",
        "the next version's migration is killed half-way",
        "a newer clone looks at the journal",
        "from the version that knows of no migration, and back",
        "a red pipeline commit, then a green one of the app",
        "a commit whose pipeline tests were left out",
        "a verdict by hand",
    ),
    "set up again": (
        "worktree removed",
        "worktree moved",
        "worktree pruned",
        "worktree without its link",
        "repository removed",
        "something else in the worktree's place",
        "the lines of the team, the origin of before",
        "while an operation is at work",
        "releases gone",
        "journal and releases gone, the file names what nobody validated",
        "no record at all, a person names one",
    ),
    "secrets": (
        "argv",
        "environment listing for other users",
        "log",
        "journal",
        "notice",
        "exception text",
        "world-readable file",
        "a secrets.env that others can read",
        "an inline comment",
        "export and quotes",
        "a byte order mark and CRLF",
        "zero-width and no-break spaces",
        "a line that is none",
        "a quote without its end",
        "a zero-width space inside",
        "two webhooks",
        "the placeholder of the documentation",
        "http:// to another machine",
        "a FIFO in place of secrets.env",
        "a folder in place of secrets.env",
        "a dangling link in place of secrets.env",
        "a socket in place of secrets.env",
        "the environment of what is started",
        "in a commit's message and the app's words",
        "a token in origin's address",
    ),
    "the machine": (
        "no HOME, no USER, nobody in the user database",
        "a path that needs a home where there is none",
        "a terminal without UTF-8",
        "umask 077",
        "a root directory with blanks, a quote, %, $ and an accent",
        "another user's state",
        "a second operator looks",
        "GITHUB_* of another job",
        "GITHUB_* of another commit's job",
        "a Python version that is not here",
        "what the first start writes is no file",
    ),
    "files": (
        "a FIFO in the place of each file",
        "a socket in the place of each file",
        "a directory in the place of each file",
        "a dangling link in the place of each file",
        "hostile event files",
        "modes that forbid",
    ),
}


def every_row() -> list[tuple[str, str]]:
    """Return class and case of every row, in the order of the table."""
    return [(kind, case) for kind, cases in ROWS.items() for case in cases]


def cases(kind: str, values: Mapping[str, object]) -> list[Any]:
    """Return values as parameters of a test, each marked with its row."""
    return [
        pytest.param(value, marks=pytest.mark.fault(kind, case), id=case)
        for case, value in values.items()
    ]

"""Which pipeline is put in force where none is: by what the journal says, if anything.

A file is no witness: ``last-validated-sha.txt`` alone, or a link, can name anything.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.sha import Sha
from pipeline.errors import Refused
from pipeline.journal.adoptions import Adoptions
from pipeline.adapters.git_store import Store
from pipeline.journal.writer import Journal

MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Records:
    """What is left of a VM's records.

    Attributes:
        journal: what was validated.
        adoptions: what was in force.
        store: has the commits.
        written: what the file beside the journal names.
        linked: what the link to the pipeline in force names.
        is_tested: asks GitHub whether CI tested a commit's pipeline.
    """

    journal: Journal
    adoptions: Adoptions
    store: Store
    written: Sha | None
    linked: Sha | None
    is_tested: Callable[[Sha], bool]


def first_release(records: Records, say: Callable[[str], None]) -> Sha:
    """Return the commit whose pipeline is to be in force; where none is, one begins.

    Raises:
        Refused: something was deployed here, and no record says what was validated.
    """
    for sha in _remembered(records):
        if records.store.is_deployable(sha) or records.store.was_deployed(sha):
            return sha
    written, store = records.written, records.store
    if written and store.is_deployable(written) and records.is_tested(written):
        say(f"==> pipeline: the journal is gone; CI passed {written.short}")
        return written
    if _is_new(records):
        tip = store.tip()
        say(f"==> pipeline: nothing was ever deployed here: beginning with {tip.short}")
        return tip
    raise Refused(
        "choosing the pipeline that is put in force",
        "no record says which commit was validated here",
        "name one that you trust: 70_scripts/setup_vm.sh --pipeline SHA",
    )


def _remembered(records: Records) -> list[Sha]:
    """Return what the journal knows to be good, the best first."""
    validated = records.journal.commits.validations(MOST_LOOKED_AT)
    in_force = records.adoptions.in_force()
    linked = records.linked if records.linked in validated else None
    return [sha for sha in (in_force, linked, *validated) if sha]


def _is_new(records: Records) -> bool:
    return not (
        records.written
        or records.linked
        or records.journal.deployments.is_any()
        or records.store.has_deployments()
    )

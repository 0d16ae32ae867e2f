"""Know which tokens are good.

Owns the personal tokens given at the start, and the job tokens that die with their
run.
"""

import secrets
import threading
from collections.abc import Iterable


class Tokens:
    """The tokens that the API accepts now."""

    def __init__(self, personal: Iterable[str]) -> None:
        """Accept these tokens for good."""
        self._lock = threading.Lock()
        self._personal = frozenset(personal)
        self._of_runs: dict[str, int] = {}

    def issue(self, run_id: int) -> str:
        """Return a new token for the jobs of a run."""
        token = f"ghs_{secrets.token_hex(18)}"
        with self._lock:
            self._of_runs[token] = run_id
        return token

    def revoke(self, run_id: int) -> None:
        """Stop accepting the tokens of a run that is over."""
        with self._lock:
            kept = {t: run for t, run in self._of_runs.items() if run != run_id}
            self._of_runs = kept

    def is_valid(self, token: str) -> bool:
        """Tell whether the API accepts a token."""
        with self._lock:
            return token in self._personal or token in self._of_runs

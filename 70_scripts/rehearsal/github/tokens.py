"""Know which tokens are good: a personal one, and those of jobs that run."""

import secrets
import threading

from rehearsal.github.site import TOKEN


class Tokens:
    """The tokens that the API accepts now."""

    def __init__(self) -> None:
        """Accept the personal token for good."""
        self._lock = threading.Lock()
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
            return token == TOKEN or token in self._of_runs

"""Keep secrets out of everything that a run shows.

Owns one replacement; act's own masking leaves some fields of its log as they are.
"""

from collections.abc import Callable, Iterable

MASK = "***"
Masker = Callable[[str], str]


def masker(secrets: Iterable[str]) -> Masker:
    """Return a function that hides these secrets, and each line of them."""
    lines = {line for secret in secrets for line in secret.splitlines() if line.strip()}
    # The longest first, so that a secret within a secret leaves no remainder.
    ordered = sorted(lines | {s for s in secrets if s.strip()}, key=len, reverse=True)

    def masked(text: str) -> str:
        for secret in ordered:
            text = text.replace(secret, MASK)
        return text

    return masked

"""The pipeline's own lines in a file that the team also writes to."""

from collections.abc import Mapping

BEGIN = "# >>> written by setup_vm; your own lines go above or below this block"
END = "# <<< written by setup_vm"


def merged(text: str, lines: Mapping[str, str]) -> str:
    """Return a file's text with our block in it, and every other line as it was.

    Args:
        text: what the file holds; a line outside of the block that sets one of our
            names is from before there was a block, and goes.
        lines: our lines, by the names that they set.
    """
    kept, is_ours = [], False
    for line in text.splitlines():
        if line in (BEGIN, END):
            is_ours = line == BEGIN
        elif not is_ours and line.partition("=")[0].strip() not in lines:
            kept.append(line)
    return "".join(f"{line}\n" for line in (*kept, BEGIN, *lines.values(), END))

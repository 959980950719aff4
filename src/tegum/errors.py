"""What a user can mend: one sentence each."""

import difflib
from collections.abc import Sequence


class BadInput(ValueError):
    """One sentence: what was given, what is needed, and the way out."""


def near(name: str, known: Sequence[str]) -> str:
    """The hint that follows an unknown name: the likeliest meant, or all there are.

    >>> near("learning_rat", ["steps", "learning_rate"])
    'did you mean learning_rate?'
    >>> near("colour", ["steps", "learning_rate"])
    'there are: learning_rate, steps.'
    """
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}."

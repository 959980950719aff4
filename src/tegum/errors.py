"""What a user can mend: one sentence each."""

import difflib
from collections.abc import Sequence
from typing import Any


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
    if close:
        return f"did you mean {close[0]}?"
    return f"there are: {', '.join(sorted(known))}." if known else "there are none."


def shown(value: Any) -> str:
    """A value as it may stand in a sentence: on one line, and short.

    >>> shown("two\\nlines"), shown(list(range(99)))
    ("'two\\\\nlines'", '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1…')
    """
    text = getattr(value, "__name__", None) or " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:60]}…"

"""Data with a mean."""

from typing import Any

from jaxtyping import Array

from tegum.sae.truth import Superposed
from tegum.spec import NotNegative


class Shifted(Superposed):
    """The same data with a mean of length `shift` added, along the diagonal."""

    shift: NotNegative = 0.0

    def pair(self, key: Any, inputs: int, samples: int) -> tuple[Array, Array]:
        s, x = super().pair(key, inputs, samples)
        return s, x + self.shift / inputs**0.5

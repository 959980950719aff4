"""The example of a law and a metric of one's own: short, and right. tests/test_docs.py runs it whole."""

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

DOCS = Path(__file__).parents[1] / "docs"
CODE = re.findall(r"^```python\n(.*?)^```", (DOCS / "own.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def own() -> dict[str, Any]:
    """What the example defines, without the sweep."""
    scope: dict[str, Any] = {"__name__": "documentation"}
    exec(compile(CODE[0].split("tails =")[0], "own.md", "exec"), scope)
    return scope


def test_law_metric_sweep_and_figure_take_less_than_twenty_lines() -> None:
    assert len(CODE) == 1
    assert len([line for line in CODE[0].splitlines() if line.strip()]) < 20


def test_the_law_keeps_density_and_mean_square_whatever_the_spread(own: dict[str, Any]) -> None:
    for spread in (0.0, 0.5):
        x = np.asarray(own["LogNormal"](feature_probability=0.2, spread=spread).sample(jax.random.key(0), 50, 4000))
        active = x[x > 0]
        assert x.shape == (50, 4000)
        assert active.size / x.size == pytest.approx(0.2, abs=0.005)
        assert (active**2).mean() == pytest.approx(1, abs=0.05)
        assert np.log(active).std() == pytest.approx(spread, abs=0.01)


def test_the_metric_by_hand(own: dict[str, Any]) -> None:
    W = np.array([[[1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, -2.0], [0.0, 0.0, 0.0, 0.0]]])
    assert own["per_dimension"](W).tolist() == [3, 2]


def test_the_figure_is_there() -> None:
    assert (DOCS / "images" / "own.png").read_bytes().startswith(b"\x89PNG")

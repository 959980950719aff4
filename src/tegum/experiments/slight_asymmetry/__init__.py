"""Two neighbours in symmetric failure a little different: what the six do alone, and with the seventh."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.slight_asymmetry.claims import SLIGHT
from tegum.experiments.slight_asymmetry.figures import panels
from tegum.experiments.slight_asymmetry.judging import ADAMW, DESCENT, judged
from tegum.experiments.slight_asymmetry.states import ALTERNATE, JUDGED, PAIR, SHIFTS
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import StartingFrom
from tegum.training.history import at_steps
from tegum.training.interventions import Assign, Freeze
from tegum.training.optimisers import SGD, AdamW, Optimiser
from tegum.training.training import Training

FIRST_SEED = 35_000_000  # earlier ones were looked at before the criteria were written, see the page
NOISE = 1e-4  # on every number at the start
TRAINED: dict[str, tuple[Optimiser, int]] = {ADAMW: (AdamW(), 1), DESCENT: (SGD(learning_rate=1.0), 4)}


class SlightAsymmetry(Experiment):
    """n = 7 from exact symmetric failure plus noise of 1e-4, b_1 and b_6 raised; feature 7 held, and free."""

    title: ClassVar[str] = "A slight asymmetry"
    source: ClassVar[str] = SLIGHT
    lede: ClassVar[str] = (
        "Raise the biases of two neighbours of the hexagon a little, or shorten the two. The six find a new state "
        "without loss, which leans; alone, they stay there. With the seventh feature they never come to rest until it "
        "is learnt. (Figures count features from 0: W_1 and W_6 are 0 and 5, and the unlearnt W_7 is 6.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 10},
        "standard": {},
        "paper": {"seeds": 500},
    }

    seeds: Count = 100
    steps: Count = 25_000

    def trainings(self) -> dict[str, Training]:
        two = [(shift, PAIR) for shift in SHIFTS]
        held = {f"{name}, held": self._training(name, two, held=True) for name in TRAINED}
        every_other = (JUDGED, ALTERNATE)
        return held | {f"{name}, free": self._training(name, [*two, every_other], held=False) for name in TRAINED}

    def _training(self, name: str, raised: Sequence[tuple[float, tuple[int, ...]]], *, held: bool) -> Training:
        """From symmetric failure with the biases of some features raised by a shift."""
        optimiser, longer = TRAINED[name]
        steps = longer * self.steps
        early = np.geomspace(1, steps, 40).round().astype(int).tolist()
        W, b = symmetric_failure(7)
        lifted = np.stack([b + shift * np.isin(np.arange(7), features) for shift, features in raised])
        return Training(
            model=StartingFrom.at(W, b, noise=NOISE),
            law=OneHot(),
            optimiser=optimiser,
            steps=steps,
            precision="float64",
            record=at_steps(
                sorted({0, *early, *np.linspace(0, steps, 201).round().astype(int).tolist()}), "parameters"
            ),
            interventions=(
                Assign(at=0, parameter="W", features=(6,), value=0.0),
                Assign(at=0, parameter="b", features=(6,), value=1 / 7),
            ),
            freeze=tuple(Freeze(parameter=part, features=(6,)) for part in "Wb") if held else (),
            over={
                "state": StartingFrom.states(np.stack([W] * len(raised)), lifted),
                "seed": range(FIRST_SEED, FIRST_SEED + self.seeds),
            },
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


EXPERIMENT = SlightAsymmetry

"""How models leave symmetric failure: the learnt features sweep to one side, and then the last one jumps."""

from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.experiments.asymmetric_recovery.claims import AT, SECTION, SHORT
from tegum.experiments.asymmetric_recovery.figures import panels
from tegum.experiments.asymmetric_recovery.judging import HELD, HOLD_SHORT, MEMORY, NOISES, judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.history import every
from tegum.training.interventions import Assign, Freeze
from tegum.training.optimisers import SGD, Adam, AdamW
from tegum.training.training import Training

FIRST_SEED = 34_000_000  # earlier ones were looked at before the criteria were written, see the page


class AsymmetricRecovery(Experiment):
    """AdamW from random starts, n = 7; twins with W_7, b_7 or the others held; gradient descent and Adam from noise."""

    title: ClassVar[str] = "Asymmetric recovery: how the last feature is learnt"
    source: ClassVar[str] = SECTION
    lede: ClassVar[str] = (
        "Six features stand in a hexagon and the seventh is nothing. Then five of them grow and sweep to one side, "
        "and at last the seventh appears on the other. Why does one side grow, what drives it, and what decides when "
        "W_7 is learnt? (Figures count features from 0; W_7 is the unlearnt one, whatever its number.)"
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 100, "twins": 20},
        "standard": {},
        "paper": {"seeds": 2_000, "twins": 500},
    }

    seeds: Count = 600
    twins: Count = 200
    steps: Count = 25_000
    patience: Count = 150_000

    def trainings(self) -> dict[str, Training]:
        held = {name: self._twin(name) for name in HELD}
        noises = {"noise": NOISES, "seed": self._range(self.twins)}
        slow = {"steps": self.patience, "precision": "float64", "record": self._record(self.patience, 400)}
        return {
            "centre": self._random(7, self.seeds),
            "six": self._random(6, self.twins),
            **held,
            "descent": self._near(SGD(learning_rate=1.0), noises, 0.0, **slow),
            "adam": self._near(Adam(), {"b2": MEMORY, **noises}, 0.0),
        }

    def _range(self, count: int) -> range:
        return range(FIRST_SEED, FIRST_SEED + count)

    def _record(self, steps: int, times: int) -> Any:
        return every(max(1, steps // times), "parameters")

    def _random(self, n: int, seeds: int) -> Training:
        return Training(
            model=Autoencoder(features=n, hidden=2), law=OneHot(), optimiser=AdamW(), steps=self.steps,
            record=self._record(self.steps, 1_000), over={"seed": self._range(seeds)},
        )  # fmt: skip

    def _near(self, optimiser: Any, over: dict[str, Any], noise: float, **more: Any) -> Training:
        given = {"steps": self.steps, "record": self._record(self.steps, 250)} | more
        start = StartingFrom.at(*symmetric_failure(7), noise=noise)
        return Training(model=start, law=OneHot(), optimiser=optimiser, over=over, **given)

    def _twin(self, name: str) -> Training:
        entry = SHORT / 2**0.5 if name == HOLD_SHORT else 0.0  # of W_7, which has two of them
        exact = (
            Assign(at=0, parameter="W", features=(6,), value=entry),
            Assign(at=0, parameter="b", features=(6,), value=1 / 7),
        )
        freeze = tuple(Freeze(parameter=part, features=features) for part, features in HELD[name])
        return self._near(AdamW(), {"seed": self._range(self.twins)}, AT, interventions=exact, freeze=freeze)

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs)


EXPERIMENT = AsymmetricRecovery

"""The bias of an unlearnt feature: why 1/n, and what happens where it is set to zero or below."""

from typing import Any, ClassVar

import numpy as np
from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.experiments.zero_bias.claims import ZERO
from tegum.experiments.zero_bias.figures import after, bias, held_ends, how_they_end, lengths, perfect, planes
from tegum.experiments.zero_bias.judging import LIVE, exact, held, in_motion
from tegum.experiments.zero_bias.released import (
    BIASES,
    FIRST,
    NOISE,
    TWIN,
    Released,
    SetUnlearnt,
    last_bias,
    last_length,
)
from tegum.spec import Count
from tegum.theory.failure import symmetric_failure
from tegum.toy.features import OneHot
from tegum.toy.models import Autoencoder, StartingFrom
from tegum.training.history import at_steps
from tegum.training.interventions import Freeze
from tegum.training.optimisers import Adam, AdamW, Momentum, Optimiser
from tegum.training.training import Training


class ZeroBias(Experiment):
    """The bias of the unlearnt feature, set by intervention in models released at symmetric failure."""

    title: ClassVar[str] = "The bias of an unlearnt feature"
    source: ClassVar[str] = ZERO
    lede: ClassVar[str] = (
        "An unlearnt feature has a bias of 1/n. The source asks what would happen at 0, and concludes that with b_7 ≥ "
        "0 the model is stuck. Here b_7 is set, in models at symmetric failure and in models that trained themselves "
        "into it, and what follows is compared with undisturbed twins of the same seeds. A bias of 0 is no place to "
        "rest: it goes back to 1/n, and the feature is learnt, most often when it would have been. Held at 0 by "
        "force, a model of seven features is stuck indeed. Below 0 the feature is not learnt any more."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 25_000}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 25, "beside": (5, 6)},
        "standard": {},
        "paper": {"seeds": 4_000},
    }

    seeds: Count = 400
    steps: Count = 25_000
    beside: tuple[int, ...] = LIVE

    @field_validator("beside")
    @classmethod
    def _six(cls, beside: tuple[int, ...]) -> tuple[int, ...]:
        if 6 not in beside or min(beside) < 4:
            raise ValueError(f"beside={beside} must be numbers of live features from 4, 6 among them, such as (5, 6).")
        return beside

    def trainings(self) -> dict[str, Training]:
        decays, momenta = {"weight_decay": (AdamW().weight_decay, 0.0)}, {"optimiser.decay": (Momentum().decay, 0.0)}
        return {
            "adam": self._released(AdamW(), decays),
            "descent": self._released(Momentum(learning_rate=1.0), momenta),  # of the mean loss, L / n²
            **{f"held, {live}": self._held(live) for live in self.beside},
            "caught": self._caught(),
        }

    def _released(self, optimiser: Optimiser, over: dict[str, Any]) -> Training:
        values = (*BIASES, 0.0)
        return Training(
            model=StartingFrom.at(*symmetric_failure(7), noise=NOISE),
            law=OneHot(),
            optimiser=optimiser,
            steps=self.steps,
            record=at_steps(self._stops(), "loss", last_bias, last_length),
            interventions=(SetUnlearnt(at=0),),
            over={**over, "set": _set(values, TWIN), "seed": self._seeds()},
        )

    def _stops(self) -> list[int]:
        """Dense in log t for curves from the start, and every fiftieth step for learning times."""
        early = np.geomspace(1, self.steps, 40).round().astype(int).tolist()
        return sorted({0, *early, *range(50, self.steps, 50)})

    def _seeds(self) -> range:
        return range(FIRST, FIRST + self.seeds)

    def _held(self, live: int) -> Training:
        return Training(
            model=StartingFrom.at(*symmetric_failure(live + 1), noise=NOISE),
            law=OneHot(),
            optimiser=Adam(),
            steps=self.steps,
            record=None,
            interventions=(SetUnlearnt(at=0),),
            freeze=(Freeze(parameter="b", features=(live,)),),
            over={"interventions[0].value": (0.0, 1 / (live + 1)), "seed": self._seeds()},
        )

    def _caught(self) -> Training:
        at = self.steps // 8
        return Training(
            model=Autoencoder(features=7, hidden=2),
            law=OneHot(),
            steps=self.steps,
            record=at_steps([at, self.steps], "parameters"),
            interventions=(SetUnlearnt(at=at),),
            over={"set": _set((0.0, 0.0), 1), "seed": self._seeds()},
        )

    def claims(self, runs: Runs) -> list[Judged]:
        return [*exact(), *held(runs, self.beside), *in_motion(runs)]

    def panels(self, runs: Runs) -> list[Panel]:
        adamw = Released.of(runs, "AdamW")
        return [
            how_they_end(runs), after(adamw), lengths(adamw), planes(), bias(), held_ends(runs, self.beside), perfect(),
        ]  # fmt: skip


def _set(values: tuple[float, ...], twin: int) -> dict[str, tuple[float, ...]]:
    """The axis of what b_7 is set to; the one in place `twin` keeps its own."""
    keep = tuple(float(k == twin) for k in range(len(values)))
    return {"interventions[0].value": values, "interventions[0].keep": keep}


EXPERIMENT = ZeroBias

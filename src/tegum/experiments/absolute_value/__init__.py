"""Computing |x| in superposition: two neurons a feature where dense, shared and asymmetric ones where sparse."""

from typing import Any, ClassVar

from tegum.claims import Judged
from tegum.experiments.absolute_value import claims as c
from tegum.experiments.absolute_value import figures
from tegum.experiments.absolute_value.judging import (
    Nets,
    judge_features,
    judge_floor,
    judge_motifs,
    judge_neurons,
    judge_small,
    judge_start,
)
from tegum.experiments.experiment import Experiment, Panel, Runs
from tegum.spec import Count, Positive
from tegum.toy.features import SparseSigned
from tegum.toy.loss import SquaredError, geometric
from tegum.toy.models import UntiedAutoencoder
from tegum.training.history import Record, at_steps
from tegum.training.optimisers import AdamW
from tegum.training.training import Training

RATIO = 0.8
SMALL_DENSITIES = (1.0, 0.3, 0.1, 0.03)
FIRST_SEED = 58_500_000
EPSILON = 1e-15  # Adam's; gradients of the rarest and least important features lie far below the usual 1e-8
USUAL_EPSILON = 1e-8
BATCHES = {1.0: 1, 0.3: 1, 0.1: 2, 0.03: 2, 0.01: 4, 0.003: 4, 0.001: 8}  # the rarer features are, the larger
USUAL = 1.0  # initial scale, in units of Xavier's


def _name(density: float) -> str:
    return f"density-{density:g}"


class AbsoluteValue(Experiment):
    """n = 3, m = 6 and n = 100, m = 40; importance 0.8^i; x signed, y = ReLU(W_d ReLU(W_e x) + b), target |x|."""

    title: ClassVar[str] = "Computing in superposition"
    source: ClassVar[str] = c.ARTICLE
    lede: ClassVar[str] = (
        "Can a network not only store features in superposition but compute on them? |x| is ReLU(x) + ReLU(−x): two "
        "neurons a feature. The article trains a hundred features in forty neurons and sees neurons shared as features "
        "become sparser, and a motif of unequal sharing. Here both are counted, and which sides of which features are "
        "computed at all."
    )
    recipe: ClassVar[dict[str, Any]] = {"steps": 10_000, "learning_rate": 1e-3}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"small_seeds": 24, "seeds": 2, "steps": 300, "small_steps": 1000, "learning_rate": 5e-3},
        "standard": {},
        "paper": {"small_seeds": 1000, "seeds": 20, "steps": 10_000, "batch_size": 1024},
    }

    small_seeds: Count = 60
    seeds: Count = 6
    steps: Count = 10_000
    small_steps: Count = 12_000
    batch_size: Count = 256
    learning_rate: Positive = 1e-3
    initial_scale: Positive = 0.1

    def trainings(self) -> dict[str, Training]:
        seeds = range(FIRST_SEED, FIRST_SEED + self.seeds)
        return {
            "small": self._training(
                3,
                6,
                SMALL_DENSITIES,
                range(FIRST_SEED, FIRST_SEED + self.small_seeds),
                steps=self.small_steps,
                batch_size=256,
            ),
            **{_name(p): self._large(p, seeds) for p in c.DENSITIES},
            "usual": self._large(c.FIRST, seeds, initial_scale=USUAL),
            "floored": self._large(c.GROWN, seeds, epsilon=USUAL_EPSILON),
        }

    def _large(self, density: float, seeds: range, **more: Any) -> Training:
        size, half = self.batch_size * BATCHES[density], at_steps([self.steps // 2], "parameters")
        return self._training(100, 40, (density,), seeds, steps=self.steps, batch_size=size, record=half, **more)

    def _training(
        self, features: int, hidden: int, densities: tuple[float, ...], seeds: range, *, steps: int,
        batch_size: int, initial_scale: float | None = None, epsilon: float = EPSILON, record: Record | None = None,
    ) -> Training:  # fmt: skip
        return Training(
            model=UntiedAutoencoder(
                features=features, hidden=hidden, hidden_activation="relu",
                initial_scale=initial_scale or self.initial_scale,
            ),
            law=SparseSigned(),
            loss=SquaredError(importance=geometric(RATIO, features), target="absolute"),
            steps=steps,
            batch_size=batch_size,
            optimiser=AdamW(learning_rate=self.learning_rate, eps=epsilon),
            record=record,
            over={"feature_probability": densities, "seed": seeds},
        )  # fmt: skip

    def claims(self, runs: Runs) -> list[Judged]:
        small, usual = Nets(runs["small"]), Nets(runs["usual"])
        found = Nets(*(runs[_name(p)] for p in c.DENSITIES))
        return [
            judge_small(small),
            *judge_neurons(found),
            *judge_features(found),
            *judge_motifs(found),
            *judge_start(found, usual),
            judge_floor(found, Nets(runs["floored"])),
        ]

    def panels(self, runs: Runs) -> list[Panel]:
        small, usual = Nets(runs["small"]), Nets(runs["usual"])
        found = Nets(*(runs[_name(p)] for p in c.DENSITIES))
        return [
            figures.stacks(found),
            figures.small(small),
            figures.neurons(found),
            figures.features(found, usual),
            figures.motif(found),
            figures.shares(found),
        ]


EXPERIMENT = AbsoluteValue

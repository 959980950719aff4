"""States over time: when a model is caught in one, when it leaves, and how it recovers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped
from scipy import stats

from tegum.claims import LEVEL
from tegum.errors import BadInput
from tegum.failure.outcomes import (
    NAMES,
    PERFECT,
    PERFECT_REGULAR,
    SYMMETRIC_FAILURE,
    Outcomes,
    Thresholds,
    outcomes,
)

NEVER, STILL, SYMMETRIC, ASYMMETRIC, LOST = (
    "never caught", "still caught", "recovered symmetrically", "recovered asymmetrically", "left, not recovered",
)  # fmt: skip


@dataclass(frozen=True)
class Timeline:
    """What each model was at each recorded step.

    step (t,): the recorded steps, rising. states: `Outcomes` of shape (..., t), the last axis being time. What happened
    between two recorded steps is not seen: a stay shorter than their distance may be missed, and every time below is
    that of a recorded step.
    """

    step: np.ndarray
    states: Outcomes

    @property
    def kind(self) -> Shaped[np.ndarray, "*batch t"]:
        """Places in `NAMES`."""
        return self.states.kind

    def visited(self, *kinds: int) -> Bool[np.ndarray, "*batch"]:
        """Whether a model was in one of these states at any recorded step."""
        return np.asarray(np.isin(self.kind, kinds).any(axis=-1))

    def captured(self, *kinds: int) -> Float[np.ndarray, "*batch"]:
        """The first recorded step in one of these states; NaN if there is none."""
        inside = np.isin(self.kind, kinds)
        return np.where(inside.any(axis=-1), self.step[inside.argmax(axis=-1)], np.nan)

    def escaped(self, *kinds: int) -> Float[np.ndarray, "*batch"]:
        """The first recorded step out of these states after the capture; NaN if it never came, or nothing was
        caught."""
        inside = np.isin(self.kind, kinds)
        out = np.maximum.accumulate(inside, axis=-1) & ~inside
        return np.where(out.any(axis=-1), self.step[out.argmax(axis=-1)], np.nan)

    def stay(self, *kinds: int) -> tuple[Float[np.ndarray, "*batch"], Bool[np.ndarray, "*batch"]]:
        """How long the first stay in these states was seen to last, in steps, NaN for none; and whether it was seen to
        end."""
        since, until = self.captured(*kinds), self.escaped(*kinds)
        return np.where(np.isnan(until), self.step[-1], until) - since, np.isfinite(until)

    def during(self, *kinds: int) -> Bool[np.ndarray, "*batch t"]:
        """Which recorded steps belong to the first stay in these states."""
        inside = np.isin(self.kind, kinds)
        before = np.concatenate([np.zeros_like(inside[..., :1]), inside[..., :-1]], axis=-1)
        return np.asarray(inside & (np.cumsum(inside & ~before, axis=-1) == 1))

    def recovery(self) -> Shaped[np.ndarray, "*batch"]:
        """How each model fared with symmetric failure:

        - "never caught": in symmetric failure at no recorded step;
        - "still caught": in it at the last one;
        - "recovered symmetrically": caught, and perfect and regular at the end: all features came to share one polygon;
        - "recovered asymmetrically": caught, and perfect at the end, but not regular, in an inner and an outer
          group or otherwise;
        - "left, not recovered": caught, and neither at the end.
        """
        end, caught = self.kind[..., -1], self.visited(SYMMETRIC_FAILURE)
        return np.select(
            [~caught, end == SYMMETRIC_FAILURE, end == PERFECT_REGULAR, np.isin(end, PERFECT)],
            [NEVER, STILL, SYMMETRIC, ASYMMETRIC],
            default=LOST,
        )

    def shares(self) -> Float[np.ndarray, "t kinds"]:
        """The share of all models in each state at each recorded step, in the order of `NAMES`."""
        flat = self.kind.reshape(-1, len(self.step))
        return np.stack([(flat == kind).mean(axis=0) for kind in range(len(NAMES))], axis=-1)


def timeline(history: Any, step: Any = None, thresholds: Thresholds | None = None) -> Timeline:
    """Name the state of every model at every recorded step.

    history: a `Run` with recorded parameters, or a pair (W, b) of arrays (..., t, m, n) and (..., t, n) with `step`
    (t,).

    >>> W = np.array([[[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]] * 2)
    >>> timeline((W, np.zeros((2, 3))), [0, 500]).visited(SYMMETRIC_FAILURE).item()
    False
    """
    if hasattr(history, "training"):
        step, history = _recorded(history)
    W, b = history
    step = np.asarray(step)
    if step.shape != W.shape[-3:-2] or b.shape != (*W.shape[:-2], W.shape[-1]):
        raise BadInput(
            f"W {W.shape}, b {b.shape} and step {step.shape} do not fit each other; a history needs (..., t, m, n), "
            "(..., t, n) and (t,)."
        )
    return Timeline(step, outcomes((W, b), thresholds))


def _recorded(run: Any) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The steps of a run and its recorded parameters, time after all swept axes."""
    if "W_history" not in run.data or "b_history" not in run.data:
        raise BadInput(
            "this run has no recorded parameters W and b; train with record=tg.every(500), which keeps them."
        )
    own = ("step", "latent", "feature")
    W = run.data["W_history"].transpose(..., *own)
    b = run.data["b_history"].transpose(..., "step", "feature")
    return W["step"].values, (W.values, b.values)


def survival(
    duration: Float[np.ndarray, " k"], ended: Bool[np.ndarray, " k"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The share of stays that last longer than each time, where some were not seen to end (Kaplan and Meier 1958).

    duration (k,): how long each stay was seen to last; ended (k,): whether its end was seen.
    Returns times (t,), starting with 0, the share at each, and its 95 % interval: S^exp(±z s), s² = Σ d/(r(r − d)) /
    log² S for d ends among r at risk (Greenwood 1926; Kalbfleisch and Prentice 1980), which stays within 0 … 1.

    >>> times, share, low, high = survival(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, True]))
    >>> times.tolist(), share.tolist()
    ([0.0, 1.0, 2.0, 3.0], [1.0, 0.75, 0.5, 0.0])
    """
    if not len(duration):
        raise BadInput("there are no stays to follow; a survival curve needs at least one.")
    times = np.unique(np.append(0.0, duration))
    risk = (duration >= times[:, None]).sum(axis=1)
    ends = (ended & (duration == times[:, None])).sum(axis=1)
    share = np.cumprod(1 - ends / risk)
    left = risk - ends
    spread = np.sqrt(np.cumsum(ends / (risk * np.maximum(left, 1))))
    inside = (share > 0) & (share < 1)
    log = np.where(inside, np.log(np.where(inside, share, 0.5)), -1.0)
    width = np.exp(stats.norm.ppf(0.5 + LEVEL / 2) * spread / -log)
    low, high = (np.where(inside, share**power, share) for power in (width, 1 / width))
    return times, share, low, high


def survival_at(
    step: np.ndarray, duration: Float[np.ndarray, " k"], ended: Bool[np.ndarray, " k"]
) -> Float[np.ndarray, "3 t"]:
    """`survival` on a grid of steps (t,): share and interval, NaN beyond the last time, of which nothing is known.

    >>> survival_at(np.array([0, 100, 200, 300]), np.array([100.0, 200.0]), np.array([True, False]))[0].tolist()
    [1.0, 0.5, 0.5, nan]
    """
    times, *curves = survival(duration, ended)
    at = np.searchsorted(times, step, side="right") - 1
    return np.stack([np.where(step > times[-1], np.nan, part[at]) for part in curves])


def median_stay(duration: Float[np.ndarray, " k"], ended: Bool[np.ndarray, " k"]) -> tuple[float, bool]:
    """The time that half of the stays outlast, and whether it was seen; if not, the longest time seen.

    >>> median_stay(np.array([100.0, 200.0, 300.0]), np.array([True, True, False]))
    (200.0, True)
    """
    times, share, _, _ = survival(duration, ended)
    seen = bool((share <= 0.5).any())
    return float(times[np.argmax(share <= 0.5)] if seen else times[-1]), seen

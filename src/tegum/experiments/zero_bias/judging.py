"""The verdicts on the bias of an unlearnt feature."""

import numpy as np

from tegum.claims import Claim, Judged, judge_fact, judge_rate, unjudged
from tegum.experiments.experiment import Runs
from tegum.experiments.zero_bias.claims import (
    ALIKE,
    ALONG,
    BEST,
    BIAS,
    CAUGHT,
    ENOUGH,
    ENOUGH_ALL,
    HALF,
    HELD,
    HELD_ALL,
    KILLED,
    LETS_OUT,
    RETURNS,
    SILENCED,
    STAYS,
    STUCK,
)
from tegum.experiments.zero_bias.released import (
    ARMS,
    AT_ZERO,
    BELOW,
    BIASES,
    LEARNERS,
    SOON,
    TWIN,
    Released,
    totals,
)
from tegum.failure.beside import polygon_optimum
from tegum.failure.ends import LEARNT, SILENT, ends
from tegum.failure.forces import by_sample, forces, loss
from tegum.failure.outcomes import outcomes
from tegum.failure.tilting import least_slope, worst_angle
from tegum.theory.failure import failure_loss, symmetric_failure, with_column
from tegum.theory.zero_loss import looking_away
from tegum.training.run import Run

LIVE = (4, 5, 6, 7, 8)  # features of the live polygon, beside one unlearnt feature


def exact() -> list[Judged]:
    """The claims that need no training."""
    return [_bias(), _silenced(), *_half(), _best()]


def held(runs: Runs, beside: tuple[int, ...]) -> list[Judged]:
    """The claims about models whose b_7 is frozen: at 0, and at 1/n."""
    out = {live: ends(totals(runs[f"held, {live}"]), live + 1) == LEARNT for live in beside}
    each, free = (", ".join(f"{part[k].mean():.0%} for p = {live}" for live, part in out.items()) for k in (0, 1))
    at_zero, at_mean = (np.stack([part[k] for part in out.values()]) for k in (0, 1))
    return [
        judge_rate(HELD, ~out[6][0][out[6][1]], above=0.95, where="seeds that leave at 1/7"),
        judge_rate(HELD_ALL, ~(at_zero & at_mean).any(0)[at_mean.any(0)], above=0.95, where="seeds",
                   note=f"Learnt: {each}. With four or five live features the half that is heard weighs less than the "
                   "own input."),
        judge_rate(LETS_OUT, out[6][1], above=0.95, where="seeds", note=f"Learnt: {free}."),
    ]  # fmt: skip


def in_motion(runs: Runs) -> list[Judged]:
    """The claims about models whose b_7 was set and let go, and about twins."""
    arms = {name: Released.of(runs, name) for name in ARMS}
    return [*_soon(arms), *(_stuck(name, arm) for name, arm in arms.items()), *_in_the_end(arms), _of_caught(runs)]


def _soon(arms: dict[str, Released]) -> list[Judged]:
    """One verdict for each seed, over all optimisers."""
    if min(arm.step[-1] for arm in arms.values()) < SOON:
        return [unjudged(claim, f"fewer than {SOON:,} steps were trained") for claim in (STAYS, RETURNS)]
    soon = np.stack([arm.bias_at(SOON)[AT_ZERO] for arm in arms.values()])
    return [
        judge_rate(STAYS, np.any(np.abs(soon) < 0.01, axis=0), above=0.5, where="seeds"),
        judge_rate(RETURNS, np.all(np.abs(soon - 1 / 7) < 0.01, axis=0), above=0.95, where="seeds"),
    ]


def _stuck(name: str, arm: Released) -> Judged:
    named = Claim(f"{STUCK.statement} ({name})", STUCK.source, STUCK.criterion)
    mine, twin = (f"{(arm.ends[k] == LEARNT).sum()} of {arm.ends.shape[1]}" for k in (AT_ZERO, TWIN))
    note = f"Learnt: {mine}; of the undisturbed twins {twin}, and {arm.stuck[TWIN].sum()} of those are stuck in this " \
           "sense."  # fmt: skip
    return judge_rate(named, arm.stuck[AT_ZERO], above=0.5, where="models", note=note)


def _in_the_end(arms: dict[str, Released]) -> list[Judged]:
    """One verdict for each seed that learns the feature undisturbed, over the optimisers that do so in time."""
    time = np.stack([arms[name].learnt_at for name in LEARNERS])  # (optimiser, set, seed)
    seeds = np.isfinite(time[:, TWIN]).all(0)
    ratio = time[:, AT_ZERO, seeds] / time[:, TWIN, seeds]
    silent = np.stack([arms[name].ends[:BELOW, seeds] == SILENT for name in LEARNERS])
    own = np.stack([arms[name].length[:BELOW, seeds, 0] ** 2 for name in LEARNERS])
    heard, where = own + np.array(BIASES[:BELOW])[:, None] > 0, "seeds that learn it undisturbed"
    return [
        judge_rate(ALIKE, np.all(np.abs(ratio - 1) < 0.1, axis=0), above=0.8, where=where, note=_spread(ratio)),
        judge_rate(KILLED, np.all(silent, axis=(0, 1)), above=0.95, where=where,
                   note="The little that is heard presses b_7 further down." + _lived(silent, heard)),
    ]  # fmt: skip


def _spread(ratio: np.ndarray) -> str:
    if not ratio.size:
        return ""
    low, high = np.quantile(ratio, [0.05, 0.95])
    return f"With b_7 set to 0 over without, nine of ten times: {low:.3f} to {high:.3f}; all: {ratio.min():.2g} to " \
           f"{ratio.max():.2g}; learnt {np.isfinite(ratio).sum()} of {ratio.size}."  # fmt: skip


def _lived(silent: np.ndarray, heard: np.ndarray) -> str:
    """Which biases some models survived, and whether they heard themselves at the start: (optimiser, bias, seed)."""
    alive = ~silent
    words = ", ".join(f"{alive[:, k].sum()} at {BIASES[k]:g}" for k in np.flatnonzero(alive.any((0, 2))))
    own = f" Of the models that lived ({words}) {(alive & heard).sum()} began with ‖W_7‖² above −b_7."
    return own if words else ""


def _of_caught(runs: Runs) -> Judged:
    there = caught(runs["caught"])
    run = runs["caught"]
    W, b = run.W.transpose("set", "seed", "latent", "feature"), run.b.transpose("set", "seed", "feature")
    lost, also = ~outcomes((W.values, b.values)).perfect[:, there]
    note = f"Of their undisturbed twins {also.sum()}."
    return judge_rate(CAUGHT, lost, above=0.5, where="seeds caught at that step", note=note)


def caught(run: Run) -> np.ndarray:
    """Which seeds are in symmetric failure with one feature unlearnt at the first recorded step."""
    W, b = run.W_history.isel(set=0, step=0), run.b_history.isel(set=0, step=0)
    return outcomes((W.transpose("seed", "latent", "feature").values, b.transpose("seed", "feature").values)).lone


# ---- The unlearnt feature alone --------------------------------------------------------------------------------------


def _bias() -> Judged:
    bias = max(abs(polygon_optimum(live).bias - 1 / (live + 1)) for live in LIVE)
    return judge_fact(
        BIAS, bias < 1e-6, f"differs by at most {bias:.1g}", bias,
        note="The loss (1 − b)² + (n − 1) b² is least there for every b > 0; for b ≤ 0 the output is silent and costs "
        "1.",
    )  # fmt: skip


def _silenced() -> Judged:
    pulls = [forces(*with_column(6, np.zeros(2), bias)) for bias in BIASES[:BELOW]]
    most = max(float(max(np.abs(pull.W[:, 6]).max(), abs(pull.b[6]))) for pull in pulls)
    return judge_fact(SILENCED, most == 0, f"force at most {most:.1g}", most)


def pivoted() -> tuple[np.ndarray, np.ndarray]:
    """Symmetric failure, n = 7, with W_7 = 0.06 W_6 and b_7 = 0."""
    return with_column(6, 0.06 * symmetric_failure(7)[0][:, 5], 0.0)


def _half() -> list[Judged]:
    on_W, on_b = by_sample(*pivoted())
    pulls = np.abs(on_W[:6, :, 6]).sum(1) + np.abs(on_b[:6, 6])
    silent = {1 + int(j) for j in np.flatnonzero(pulls == 0)}
    angle = worst_angle(6, 0.0, 0.1)
    least = {live: least_slope(live, 0.0, 0.01) for live in LIVE}
    words = ", ".join(f"{slope:.3g} for p = {live}" for live, slope in least.items())
    return [
        judge_fact(HALF, silent == {2, 3, 4}, f"no pull from inputs {sorted(silent)}", len(silent)),
        judge_fact(ALONG, angle < 1e-6, f"angle up to {angle:.3g}°", angle,
                   note="True for even polygons, whose columns come in opposite pairs. For odd ones the half that is "
                   f"heard is not the same in all directions: up to {worst_angle(5, 0.0, 0.1):.2g}° for a pentagon."),
        judge_fact(ENOUGH, least[6] > 0, f"least slope of the loss per length {least[6]:.3g}", least[6]),
        judge_fact(ENOUGH_ALL, min(least.values()) > 0, words, min(least.values()),
                   note="The half that is heard weighs p r²/4, which is 1.81 for a live pentagon, less than the 2 that "
                   "its own input pulls with. There W_d grows."),
    ]  # fmt: skip


def _best() -> Judged:
    found = {bias: loss(*looking_away(7, bias)) for bias in (0.0, 1 / 7)}
    words = ", ".join(f"{value:.1g} at b_7 = {bias:.3g}" for bias, value in found.items())
    return judge_fact(
        BEST, min(found.values()) >= failure_loss(7), f"losses {words}", max(found.values()),
        note="W_7 of length √(1 − b_7) looks to one side, and all others stand on the other, farther out. A bias below "
        "0 is not what a learnt feature needs: it needs W_7·W_j ≤ −b_7 for all others.",
    )  # fmt: skip

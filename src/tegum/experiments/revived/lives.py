"""What becomes of revived latents and of the rows beside them, and whether that can be told at the edit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tegum.claims import auc
from tegum.experiments.revived.edited import Edited
from tegum.experiments.revived.effects import activations
from tegum.experiments.revived.settings import AT
from tegum.geometry.directions import unit_directions
from tegum.sae.measures import cosines, recovery
from tegum.training.run import Run

FOUND = 0.9  # the cosine above which a true feature counts as found
FATES = ("dead again", "learnt", "took one over", "in between")
AGAIN, LEARNT, TOOK, BETWEEN = range(4)
NEIGHBOURS = 3  # live rows nearest to a new one


@dataclass(frozen=True)
class Lives:
    """The revived latents of one dictionary at recorded steps after the edit, (records, k).

    step: records after the edit, the first is the edit itself. length: of encoder vectors over the live ones' mean;
    cosine: of the decoder vector with the nearest true feature; rate: the share of fresh inputs on which it fires.
    fate (k,): by `FATES`, at the last record.
    """

    step: np.ndarray
    length: np.ndarray
    cosine: np.ndarray
    rate: np.ndarray
    fate: np.ndarray


def lives(run: Run, found: Sequence[Edited]) -> list[Lives]:
    """The lives of all revived latents, dictionary by dictionary."""
    step = run.data["step"].values
    kept = step >= AT
    names = ("W_e", "b_e", "W_d", "b_d")
    history = {name: run.data[f"{name}_history"].values[:, kept] for name in names}
    return [_life(step[kept] - AT, {name: value[i] for name, value in history.items()}, e) for i, e in enumerate(found)]


def _life(since: np.ndarray, history: dict[str, np.ndarray], e: Edited) -> Lives:
    length, cosine, rate = [], [], []
    for t in range(len(since)):
        p = e.after if t == 0 else {name: value[t] for name, value in history.items()}
        lengths = np.linalg.norm(p["W_e"], axis=1)
        length.append(lengths[e.revived] / lengths[e.live].mean())
        cosine.append(cosines(e.D, p["W_d"][:, e.revived]).max(axis=0))
        own = {"W_e": p["W_e"][e.revived], "b_e": p["b_e"][e.revived], "b_d": p["b_d"]}
        rate.append((activations(own, e.x) > 0).mean(axis=1))
    fate = fates(e, history["W_d"][-1], rate[-1])
    return Lives(since, np.array(length), np.array(cosine), np.array(rate), fate)


def fates(e: Edited, W_d: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """What became of each revived latent, by the decoder vectors and its firing rate at the end.

    Dead again: it fires on none of the fresh inputs. Learnt: matched one to one it serves, at a cosine above 0.9, a
    true feature that was not found before the edit. Took over: the same of one that was. In between: all others.
    """
    old, new = recovery(e.D, e.before["W_d"]).matched > FOUND, recovery(e.D, W_d)
    serves = {int(latent): i for i, latent in enumerate(new.latent) if new.matched[i] > FOUND}
    fate = [BETWEEN if j not in serves else TOOK if old[serves[j]] else LEARNT for j in e.revived.tolist()]
    return np.where(rate > 0, np.array(fate, int), AGAIN)


def found_count(D: np.ndarray, W_d: np.ndarray) -> int:
    """How many true features are found, matched one to one."""
    return int((recovery(D, W_d).matched > FOUND).sum())


@dataclass(frozen=True)
class Beside:
    """The live rows nearest to each new one, with the edit less without it, at recorded steps, (records, k).

    away: the cosine of the three nearest encoder vectors with the direction of the new one at the edit; apart: the
    cosine of the nearest two with each other. start (k,): the former at the edit. crossed (records, k): the share of
    the three that have a negative cosine with that direction, in the edited dictionary; crossed_twin: without the edit.
    """

    step: np.ndarray
    start: np.ndarray
    away: np.ndarray
    apart: np.ndarray
    crossed: np.ndarray
    crossed_twin: np.ndarray


def beside(run: Run, twin: Run, found: Sequence[Edited]) -> list[Beside]:
    """How rows beside new ones move, against the twins without the edit."""
    step = run.data["step"].values
    kept = step >= AT
    ours, its = (one.data["W_e_history"].values[:, kept] for one in (run, twin))
    return [_beside(step[kept] - AT, ours[i], its[i], e) for i, e in enumerate(found)]


def _beside(since: np.ndarray, ours: np.ndarray, its: np.ndarray, e: Edited) -> Beside:
    towards = unit_directions(e.after["W_e"][e.revived].T)
    close = unit_directions(e.before["W_e"].T).T @ towards
    close[~e.live] = -np.inf
    nearest = np.argsort(-close, axis=0)[:NEIGHBOURS]  # (3, k)

    def cosine(W_e: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = unit_directions(W_e.mT)[..., nearest]  # (records, inputs, 3, k)
        return np.einsum("tink,ik->tnk", rows, towards), np.einsum("tik,tik->tk", rows[:, :, 0], rows[:, :, 1])

    (mine, pair), (theirs, their_pair) = cosine(ours), cosine(its)
    return Beside(
        since, theirs[0].mean(0), (mine - theirs).mean(1), pair - their_pair, (mine < 0).mean(1), (theirs < 0).mean(1)
    )


def scores(e: Edited) -> dict[str, np.ndarray]:
    """What is known of each revived latent at the edit, (k,); larger should mean learnt.

    loss: of the input that was drawn; apart: 1 less its cosine with the nearest live decoder vector; missing: how far
    the true feature nearest to it is from being found (1 less that feature's largest cosine with a live decoder
    vector); towards: its largest cosine with a true feature that is not found.
    """
    x = unit_directions(e.own)
    live = e.before["W_d"][:, e.live]
    known = cosines(e.D, live).max(axis=1)
    near = e.D.T @ x
    return {
        "loss": e.lost,
        "apart": 1 - cosines(x, live).max(axis=1),
        "missing": 1 - known[near.argmax(axis=0)],
        "towards": np.where(known[:, None] > FOUND, -1.0, near).max(axis=0),
    }


def auc_interval(scores: Sequence[np.ndarray], yes: Sequence[np.ndarray], draws: int = 2000) -> tuple[float, ...]:
    """The AUC over all latents of all dictionaries and its 95 % interval, by drawing dictionaries again."""
    rng = np.random.default_rng(0)
    picks = rng.integers(len(scores), size=(draws, len(scores)))
    again = [auc(*(np.concatenate([part[i] for i in pick]) for part in (scores, yes))) for pick in picks]
    low, high = np.nanquantile(again, [0.025, 0.975])
    return auc(np.concatenate(scores), np.concatenate(yes)), float(low), float(high)

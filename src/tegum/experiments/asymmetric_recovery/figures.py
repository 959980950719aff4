"""The figures."""

import numpy as np

from tegum.experiments.asymmetric_recovery.claims import AT, SHORT
from tegum.experiments.asymmetric_recovery.judging import FREE, HELD, NOISES
from tegum.experiments.asymmetric_recovery.measures import checked, optima, recovering, seventh, waits
from tegum.experiments.experiment import Panel, Runs
from tegum.failure.forces import forces, loss
from tegum.failure.sweeps import Sweep
from tegum.plots.force_film import force_film
from tegum.plots.lines import against, bands, curves
from tegum.plots.zones import latent_zones
from tegum.training.run import Run


def panels(runs: Runs) -> list[Panel]:
    """All figures, the one that a reader expects first."""
    centre = runs["centre"]
    along = [_film(centre), _course(centre), _stages(centre), _well(centre)]
    return [*along, _held(runs), _push(runs["descent"]), _waits(runs)]


def _chosen(run: Run) -> tuple[Sweep, int, int]:
    """The sweeps, the one whose length is the median, and its place among the seeds."""
    sweep, mine = recovering(run)
    order = np.argsort(sweep.step[sweep.eve] - sweep.step[sweep.start])
    p = int(order[len(order) // 2])
    return sweep, p, int(mine[p])


def _name(run: Run, place: int) -> int:
    """The seed at a place."""
    return int(run.W_history["seed"].values[place])


def _film(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    W = run.W_history.transpose("seed", "step", "latent", "feature").values[seed].astype(float)
    b = run.b_history.transpose("seed", "step", "feature").values[seed].astype(float)
    last = min(int(sweep.learnt[p]) + len(sweep.step) // 20, len(sweep.step) - 1)
    shown = np.arange(int(sweep.start[p]), last + 1, 2)
    pull = np.stack([forces(W[t], b[t]).W for t in shown])
    figure = force_film((W[shown], b[shown]), sweep.step[shown], force=pull, losses=[loss(W[t], b[t]) for t in shown])
    caption = (
        f"Seed {_name(run, seed)}, from the first record in symmetric failure until all is learnt. Arrows: minus the "
        "gradient, the largest drawn with one length in every frame and its size written above. In failure the "
        "largest is a thousandth and less; the learnt features are pushed away from the unlearnt one, five grow and "
        "crowd, one stays. The bias of the unlearnt output rises. Then, within a few frames, its column appears, its "
        "bias falls, and the loss with it."
    )
    return Panel("film", "A recovery, with what pulls at each feature", caption, figure)


def _course(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    part = slice(int(sweep.start[p]), min(int(sweep.learnt[p]) + len(sweep.step) // 20, len(sweep.step)))
    values = [
        sweep.size[p], sweep.bias[p], sweep.mean(sweep.lengths, sweep.far)[p], sweep.mean(sweep.lengths, ~sweep.far)[p]
    ]  # fmt: skip
    names = ["‖W_7‖", "b_7", "length, far side", "length, near side"]
    figure = curves(sweep.step[part], np.stack(values, 1)[part], names, x_label="step", y_label="length, or bias")
    caption = (
        f"The same model, seed {_name(run, seed)}. The far features grow from the start of the sweep; W_7 grows to "
        "0.2, and even shrinks a little, while b_7 rises; then both jump."
    )
    return Panel("course", "First the others, then W_7, at once", caption, figure)


def _stages(run: Run) -> Panel:
    sweep, p, seed = _chosen(run)
    W = run.W_history.transpose("seed", "step", "latent", "feature").values[seed].astype(float)
    b = run.b_history.transpose("seed", "step", "feature").values[seed].astype(float)
    lean = np.hypot(*sweep.lean[p].T)
    middle = int(sweep.start[p] + np.argmax(lean[sweep.start[p] :] > lean[sweep.eve[p]] / 3))
    at = [int(sweep.start[p]), middle, int(sweep.eve[p]), len(sweep.step) - 1]
    figure = latent_zones(
        (W[at], b[at]), ["in failure", "leaning", "the eve", "the end"],
        subtitles=[f"step {sweep.step[t]:,}, loss {loss(W[t], b[t]):.3g}" for t in at], columns=2,
    )  # fmt: skip
    caption = (
        "The same model's zones. Faint: where an output is positive; strong: where it alone is. The zone of the "
        "unlearnt output covers everything, then leaves the far side, where its loss on the far features ends."
    )
    return Panel("stages", "Zones on the way", caption, figure)


def _well(run: Run) -> Panel:
    sweep, _, _ = _chosen(run)
    best, _ = optima(sweep)
    some = np.argsort(sweep.step[sweep.eve] - sweep.step[sweep.start])[:: max(1, len(best) // 6)][:6]
    lean = np.hypot(*np.moveaxis(sweep.lean[np.arange(len(best)), checked(sweep)], -1, 0))
    lines = [(np.hypot(*sweep.lean[p].T)[sweep.stage[p]], sweep.size[p][sweep.stage[p]]) for p in some]
    points = [(lean[:, p], np.linalg.norm(best[p], axis=-1)) for p in some]
    figure = against(
        points, lines, [f"model {k + 1}" for k in range(len(some))], x_label="‖S‖, the sum of the learnt columns",
        y_label="‖W_7‖", words=("its optimum, all else frozen", "W_7 in training"),
    )  # fmt: skip
    caption = (
        "W_7 (dashed) as the others lean, for six models, and where it would be best with all others frozen (points). "
        "It follows its optimum out to a fifth, and then a little back; the steep end is the jump, where that optimum "
        "no longer exists."
    )
    return Panel("well", "W_7 sits in its optimum until there is none", caption, figure)


def _held(runs: Runs) -> Panel:
    lean = [np.hypot(*np.moveaxis(seventh(runs[name]).lean, -1, 0)) for name in HELD]
    low, middle, high = np.quantile(np.stack(lean), (0.25, 0.5, 0.75), axis=1).mT
    step = runs[FREE].W_history["step"].values
    figure = bands(
        step, middle, low, high, list(HELD), x_label="step", y_label="‖S‖, the sum of the six columns", log_y=True,
        interval="middle half",
    )  # fmt: skip
    caption = (
        "Twins of equal seeds from symmetric failure with noise 0.01 on the six, b_7 = 1/7, and W_7 = 0; where it is "
        f"held short it is {SHORT} long. Lines are medians, bands the middle halves. With W_7 held at 0 nothing "
        "sweeps. Held short it never moves, and the six sweep all the same. With b_7 held all sweep."
    )
    return Panel("held", "What the sweep needs", caption, figure)


def _push(run: Run) -> Panel:
    sweep = seventh(run.at(noise=AT))
    p = int(np.argmax(sweep.size[:, -1] > 0.5))
    part = slice(1, int(sweep.eve[p]))
    lean = sweep.lean[p]
    toward = lean[part] / np.hypot(*lean[part].T)[:, None]
    push = (sweep.pushed[p][part] * toward).sum(-1)
    whole = (np.gradient(lean, 49.0**-1 * sweep.step.astype(float), axis=0)[part] * toward).sum(-1)
    names = ["push of W_7", "all the rest, against it", "what S does"]
    figure = curves(
        np.hypot(*lean[part].T), np.stack([push, push - whole, whole], 1), names, dashed=names[1:2],
        x_label="‖S‖", y_label="force on S along it", log_x=True, log_y=True,
    )  # fmt: skip
    caption = (
        "One model of gradient descent: the push of W_7 on the six learnt columns, summed; what they take back by "
        "keeping each other silent (its sign reversed); and the small difference, by which S grows. Without W_7 there "
        "is nothing to take back."
    )
    return Panel("push", "What drives the sweep, and what brakes it", caption, figure)


def _waits(runs: Runs) -> Panel:
    slow, fast = waits(runs["descent"], "noise"), waits(runs["adam"], "b2", "noise")
    each = np.stack([slow, *fast], axis=1)
    each = np.where(np.isfinite(each), each, np.nan)
    low, middle, high = np.nanquantile(each, (0.25, 0.5, 0.75), axis=-1)
    figure = bands(
        NOISES, middle, low, high, ["gradient descent, rate 1", "Adam", "Adam, b2 = 0.99"],
        x_label="noise at the start", y_label="steps until W_7 is learnt", log_x=True, log_y=True,
        interval="middle half",
    )  # fmt: skip
    caption = (
        "Starts at symmetric failure plus noise on every number, in the same directions. Gradient descent waits for "
        "the logarithm of the noise. Adam, which divides by the size of the gradient, does not; a large disturbance "
        "makes it slower, the less so the shorter its memory. Models that never learn W_7 in this time are left out."
    )
    return Panel("waits", "Adam leaves from any of these noises", caption, figure)

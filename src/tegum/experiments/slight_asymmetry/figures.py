"""The figures."""

import numpy as np

from tegum.experiments.experiment import Panel, Runs
from tegum.experiments.slight_asymmetry.claims import QUICK
from tegum.experiments.slight_asymmetry.judging import ADAMW, OPTIMISERS, REST, of_shifts, sums
from tegum.experiments.slight_asymmetry.states import (
    JUDGED,
    SHIFTS,
    STATED,
    first_moments,
    mirrored,
    raised,
    relaxed,
    settled,
    stated_state,
)
from tegum.failure.forces import forces, loss
from tegum.plots import style
from tegum.plots.force_film import force_film
from tegum.plots.forces import force_wheels
from tegum.plots.lines import bands, curves
from tegum.plots.zones import latent_zones
from tegum.theory.failure import symmetric_failure
from tegum.training.run import Run


def panels(runs: Runs) -> list[Panel]:
    """All figures, the one that a reader expects first."""
    free = runs[f"{ADAMW}, free"]
    return [_film(free), _zones(runs), _biases(), _sums(runs), _arrows(), _beginning(), _waiting(runs)]


def _one(run: Run, shift: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Step, W (t, 2, 7) and b (t, 7) of the first seed at a shift."""
    part = {"state": SHIFTS.index(shift), "seed": 0}
    W = run.W_history.isel(part).transpose("step", "latent", "feature")
    return W["step"].values, W.values, run.b_history.isel(part).transpose("step", "feature").values


def _film(run: Run) -> Panel:
    step, W, b = _one(run, JUDGED)
    learnt = int(np.argmax(np.hypot(*W[:, :, 6].T) > 0.6)) or len(step) - 1
    shown = np.flatnonzero((step > 0) & (np.arange(len(step)) <= learnt + 10))
    pull = np.stack([forces(W[t], b[t]).W for t in shown])
    figure = force_film((W[shown], b[shown]), step[shown], force=pull, losses=[loss(W[t], b[t]) for t in shown],
                        log_x=True)  # fmt: skip
    caption = (
        f"b_0 and b_5 raised by {JUDGED} in symmetric failure, AdamW, all free. In the first frames the two neighbours "
        "splay, and the loss of the six goes. Then feature 6 appears between the two, too short to see, and all others "
        "are pushed the opposite way. The largest arrow has one length in every frame: read its size above the wheel."
    )
    return Panel("film", "From a slight asymmetry to recovery", caption, figure)


def _zones(runs: Runs) -> Panel:
    _, stated, its = stated_state()
    step, held, its_held = _one(runs[f"{ADAMW}, held"], SHIFTS[-1])
    at = int(np.argmax(step >= QUICK))
    _, W, b = _one(runs[f"{ADAMW}, free"], JUDGED)
    shown = [symmetric_failure(7), (stated, its), (held[at], its_held[at]), (W[-1], b[-1])]
    figure = latent_zones(
        (np.stack([W for W, _ in shown]), np.stack([b for _, b in shown])),
        ["symmetric failure", "b_0, b_5 = −0.988", f"raised by {SHIFTS[-1]:g}, relaxed by AdamW", "recovered"],
        subtitles=["six alone, no loss"] * 3 + ["all seven, AdamW"], columns=2,
    )  # fmt: skip
    caption = (
        "Upper right: a state without loss with the source's values, found by gradient descent of the six; one hardly "
        "sees how it leans. Lower left: a larger shift, relaxed by AdamW, where one does: 0 and 5 are shorter and "
        "their gaps wider, the others crowd on the far side. Lower right: what it grows into with the seventh."
    )
    return Panel("zones", "Before and after", caption, figure)


def _biases() -> Panel:
    shifts = np.linspace(0, 0.3, 16)
    ends = np.stack([relaxed(*raised(float(shift)))[1][:6] for shift in shifts])
    names = ["b_0 and b_5, raised", "b_1 and b_4, beside them", "b_2 and b_3, opposite"]
    figure = curves(shifts, ends[:, [0, 1, 2]], names, dashed=names[2:], x_label="shift of b_0 and b_5 at the start",
                    y_label="bias when the six have no loss again")  # fmt: skip
    for value in (STATED, *REST):
        figure.add_hline(y=value, line={"width": 1, "dash": "dot", "color": style.MUTED})
    caption = (
        "Where gradient descent of the six alone ends. Dotted: the source's values, −0.988 for the two and −1.02 to "
        f"−1.03 for the others, which a shift of {stated_state()[0]:.3f} gives. All four others end alike."
    )
    return Panel("biases", "How the values come about", caption, figure)


def _sums(runs: Runs) -> Panel:
    step = runs[f"{ADAMW}, free"].W_history["step"].values
    columns, names = [], []
    for kind, words in (("free", "free"), ("held", "W_7, b_7 held")):
        for shift in (SHIFTS[0], SHIFTS[-1]):
            columns.append(
                np.quantile(sums(of_shifts(runs, kind, ADAMW)[SHIFTS.index(shift)]), (0.25, 0.5, 0.75), axis=0)
            )
            names.append(f"{words}, raised by {shift:g}")
    low, middle, high = np.stack(columns, axis=-1)
    figure = bands(step, middle, low, high, names, x_label="step", y_label="sum of the six norms / that of the hexagon",
                   interval="middle half")  # fmt: skip
    caption = (
        "AdamW. With feature 7 held at W = 0, b = 1/7 the sum stays where the six found zero loss, near 1; where it is "
        "free the sweep runs away, from the smallest shift as from the largest. Lines are medians, bands middle halves."
    )
    return Panel("sums", "The run-away needs the seventh", caption, figure)


def _arrows() -> Panel:
    W, b = mirrored()[f"raised by {JUDGED:g}"]
    shown = [
        (*raised(JUDGED), "raised"),
        (W, b, "relaxed, W_7 = 0"),
        (*settled()[f"raised by {JUDGED:g}"], "W_7 settled"),
    ]
    states = [(np.pad(V, ((0, 0), (0, 7 - V.shape[1]))), np.append(c, [1 / 7] * (7 - len(c)))) for V, c, _ in shown]
    force = np.stack([forces(*state).W for state in states])
    largest = [f"strongest force {style.number(np.hypot(*pull).max(), '.2g')}" for pull in force]
    figure = force_wheels(np.stack([V for V, _ in states]), force, [words for *_, words in shown], subtitles=largest)
    caption = (
        f"Minus the gradient with b_0 and b_5 raised by {JUDGED}: at once; when the six have no loss again; and when "
        "W_7 has settled in its new optimum. At first the two are pushed apart and inwards, and their neighbours away. "
        "Then only W_7 is pulled, towards the two. Then only the six are pushed, all along −W_7. Lengths are roots of "
        "shares of the strongest in each wheel."
    )
    return Panel("forces", "One force after the other", caption, figure)


def _beginning() -> Panel:
    starts = {0: "W_7 = 0", 1: "W_7 in its optimum", 2: "W_7 twice as long"}
    found = {times: first_moments(times) for times in starts}
    time = found[0][0]
    lines = [("on W_7, from twice as long", found[2][1])]
    lines += [(f"largest on a learnt column, from {words}", found[times][2]) for times, words in starts.items()]
    figure = curves(
        time[1:], np.stack([values for _, values in lines], 1)[1:], [name for name, _ in lines],
        dashed=[lines[1][0]], x_label="time, rate × steps", y_label="size of the force, summed loss", log_y=True,
    )  # fmt: skip
    caption = (
        "Gradient descent from the relaxed state. The force on W_7 falls as it settles in its optimum; the forces on "
        "the learnt columns fall as well, slowly, where W_7 is in its optimum or longer. Only from W_7 = 0 exactly "
        "(dashed; nothing before the first point) do they grow, within a tenth. Then W_7 passes its optimum, which "
        "moves on (the dip), and lags behind."
    )
    return Panel("beginning", "The first moments", caption, figure)


def _waiting(runs: Runs) -> Panel:
    each = [[sweep.wait for sweep in of_shifts(runs, "free", name)] for name in OPTIMISERS]
    finite = np.where(np.isfinite(each), each, np.nan)
    low, middle, high = np.nanquantile(finite, (0.25, 0.5, 0.75), axis=-1).mT
    figure = bands(
        SHIFTS, middle, low, high, list(OPTIMISERS), x_label="shift of b_0 and b_5",
        y_label="steps until W_7 is learnt", log_x=True, log_y=True, interval="middle half",
    )  # fmt: skip
    caption = (
        "How long recovery takes. Gradient descent (rate 1, of the mean loss) is the quicker, the larger the shift; "
        "AdamW takes longer after a larger shift, whose gradients it remembers."
    )
    return Panel("waiting", "How long it takes", caption, figure)

"""How good a dictionary is: how well it gives x back, how sparsely, and how much of the truth it found.

Everything is measured on fresh samples, the same for all dictionaries, by `quality`; what the truth is, where it is
known, `recovery` compares with. Arrays of dictionaries have their axes first, as runs have them.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Bool, Float, Int
from scipy.optimize import linear_sum_assignment

from tegum.errors import BadInput
from tegum.geometry.directions import unit_directions
from tegum.sae.dictionary import SparseAutoencoder
from tegum.sae.truth import Superposed
from tegum.spec import leaves, with_leaves
from tegum.toy.features import Law, draw
from tegum.toy.models import Parameters
from tegum.toy.random import fold
from tegum.training.axes import Grid, Group
from tegum.training.loop import code_of
from tegum.training.run import Run

Vectors = Float[np.ndarray, "inputs count"]
BY_TRUTH = ("cosine", "live_cosine", "precision", "recall")
OWN = {"frequency": "latent", "reach": "latent"} | dict.fromkeys(BY_TRUTH, "true")
Place = tuple[int, int]  # an instance and a moment
MEASURING = 1 << 20  # a stream of random numbers that no training uses
TOGETHER = 2048  # latents measured together, over all dictionaries
MEASURED = ("model.", "law.")  # the parts of a training that matter here


@dataclass(frozen=True)
class Recovery:
    """How a dictionary's vectors match the true directions, by cosines.

    nearest: for each true direction its largest cosine with a decoder vector; their mean is MMCS (Sharkey et al. 2022).
    matched: the same one to one: each decoder vector serves one true direction, and the mean is the largest possible;
        a true direction that is left without one, as it is rather than given a negative cosine, gets 0.
    latent: which decoder vector serves each true direction one to one; -1 for none.
    true: for each decoder vector, the true direction nearest to it; -1 where it was left out.
    """

    nearest: Float[np.ndarray, " true"]
    matched: Float[np.ndarray, " true"]
    latent: Int[np.ndarray, " true"]
    true: Int[np.ndarray, " latents"]

    @property
    def mmcs(self) -> float:
        """The mean over true directions of the largest cosine with a decoder vector."""
        return float(self.nearest.mean())

    @property
    def one_to_one(self) -> float:
        """The mean cosine of the best matching one to one."""
        return float(self.matched.mean())

    @property
    def uniqueness(self) -> float:
        """How many true directions are nearest to some latent, over the number of latents; NaN without any.

        As Chanin and Garriga-Alonso (2026) have it, but that a cosine keeps its sign: the opposite of a direction is
        not near to it. 1 where no two latents share their nearest; at most true / latents.
        """
        there = self.true[self.true >= 0]
        return len(np.unique(there)) / len(there) if len(there) else float("nan")


def cosines(D: Vectors, W_d: Vectors) -> Float[np.ndarray, "true latents"]:
    """The cosine of every true direction with every decoder vector; 0 where either has no length."""
    return np.asarray(unit_directions(np.asarray(D)).T @ unit_directions(np.asarray(W_d)))


def recovery(D: Vectors, W_d: Vectors, live: Bool[np.ndarray, " latents"] | None = None) -> Recovery:
    """How decoder vectors W_d (inputs, latents) match true directions D (inputs, true).

    live: which latents take part; the cosines of the others, such as dead ones, count as 0. Left out, all do.

    >>> import numpy as np
    >>> found = recovery(np.eye(3)[:, :2], np.eye(3)[:, ::-1])
    >>> found.mmcs, found.latent.tolist()
    (1.0, [2, 1])
    """
    c = cosines(D, W_d)
    taking = np.ones(c.shape[1], bool) if live is None else np.asarray(live, bool)
    c = np.where(taking, c, 0)
    serves = np.maximum(c, 0)
    rows, columns = linear_sum_assignment(-serves)
    matched, latent = np.zeros(len(c)), np.full(len(c), -1)
    matched[rows], latent[rows] = serves[rows, columns], np.where(serves[rows, columns] > 0, columns, -1)
    return Recovery(c.max(axis=1), matched, latent, np.where(taking, c.argmax(axis=0), -1))


def quality(run: Run, *, at: Sequence[int] | None = None, samples: int = 65_536, rare: float = 1e-3) -> xr.Dataset:
    """What every dictionary of a run does with fresh samples of its own law, the same for all.

    - mse: E ‖x − x̂‖², a sum over inputs; explained: 1 − E ‖x − x̂‖² / E ‖x − E x‖².
    - activity: E Σ_j f_j, the sum that an L1 penalty counts where decoder vectors have length 1.
    - l0: how many latents fire on a sample, on average; frequency (…, latent): on what share of samples each fires.
    - dead: the share of latents that fire on no sample; rare: on some, but on less than `rare` of them.
    - reach (…, latent): the largest W_e,j · x̄ on any sample. With `ReLU` a latent fires where that exceeds −b_e,j.
    - shrinkage: E ‖x̂‖² / E x·x̂, below 1 where x̂ is too short (Rajamanoharan et al. 2024).

    Where the law is `Superposed`, also how the decoder vectors match its directions (`recovery`): mmcs, one_to_one,
    uniqueness, and for each true feature cosine (…, true), and precision and recall of its latent as a detector of
    s_i > 0. All decoder vectors are matched, those of dead latents too: by chance random ones have a cosine of 0.5 and
    more where there are few inputs. Compare remedies for dead latents by live_cosine (…, true), the cosine where only
    those that fire on some sample are matched, 0 for none. What diverged is NaN.

    at: recorded steps to measure at, which become an axis "step"; left out, the trained dictionaries are measured. The
        run needs `record=tegum.every(k, "parameters")` or the like.
    """
    if not isinstance(run.training.model, SparseAutoencoder):
        raise BadInput(f"quality is of dictionaries; this run trained {type(run.training.model).__name__}.")
    grid = Grid(run.training)
    if tuple(run.data["completed"].dims) != tuple(grid.names) or run.data["completed"].size != grid.size:
        raise BadInput("quality needs a whole run, not a part of one; take the part of what it returns.")
    moments = [None] if at is None else [int(step) for step in at]
    found: dict[str, np.ndarray] = {}
    for group in grid.groups:
        for place, measured in _measured(run, group, moments, samples, rare):
            for name, value in measured.items():
                _put(found, (grid.size, len(moments)), name, place, np.asarray(value))
    return _labelled(found, grid, at)


def quality_of(
    model: SparseAutoencoder, parameters: Any, law: Law, *, samples: int = 65_536, rare: float = 1e-3
) -> xr.Dataset:
    """`quality` of one dictionary on data of a law, such as of one that `load` read; without axes of a sweep.

    parameters: a mapping with W_e (latents, inputs), b_e (latents,), W_d (inputs, latents), b_d (inputs,) and what its
        code has.

    >>> import numpy as np, tegum as tg
    >>> eye = {"W_e": np.eye(4), "b_e": np.zeros(4), "W_d": np.eye(4), "b_d": np.zeros(4)}
    >>> law = Superposed(directions=tg.sae.GivenDirections.of(np.eye(4)))
    >>> float(quality_of(SparseAutoencoder(inputs=4, latents=4), eye, law, samples=100).mse)
    0.0
    """
    law.check(model.inputs)
    arrays = _given(model, parameters)
    mean = jax.device_get(jax.jit(lambda p: _totals(model, law, p, samples))(arrays))
    found = _summary(np.asarray(arrays["W_d"]), mean, rare)
    return xr.Dataset({name: ((OWN[name],) if name in OWN else (), value) for name, value in found.items()})


def _given(model: SparseAutoencoder, parameters: Any) -> Parameters:
    """The arrays that a model computes with, out of a mapping that may hold more."""
    shapes = {name: one.shape for name, one in jax.eval_shape(model.init, jax.random.key(0)).items() if name != "idle"}
    found = {}
    for name, shape in shapes.items():
        if name not in parameters:
            raise BadInput(f"the parameters lack {name}; this dictionary needs {', '.join(shapes)}.")
        found[name] = jnp.asarray(np.asarray(parameters[name]), jnp.float32)
        if found[name].shape != shape:
            raise BadInput(f"{name} of shape {found[name].shape} is not this dictionary's; it needs to be {shape}.")
    return found


def _put(found: dict[str, np.ndarray], shape: tuple[int, int], name: str, place: Place, value: np.ndarray) -> None:
    """Pin one measurement, NaN around the smaller ones."""
    room = found.setdefault(name, np.full((*shape, *value.shape), np.nan))
    if any(have < need for have, need in zip(room.shape[2:], value.shape, strict=True)):
        larger = np.maximum(room.shape[2:], value.shape)
        room = np.pad(room, [(0, 0), (0, 0), *((0, n - h) for h, n in zip(room.shape[2:], larger, strict=True))],
                      constant_values=np.nan)  # fmt: skip
        found[name] = room
    inside: tuple[Any, ...] = tuple(slice(length) for length in value.shape)
    room[(*place, *inside)] = value


def _measured(
    run: Run, group: Group, moments: Sequence[int | None], samples: int, rare: float
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Instance by instance and moment by moment, so many at once as fit in a fast memory."""
    own = {name: _values(run, name, moments) for name in group.shapes}
    numbers = {path: value for path, value in group.numbers(group.instances).items() if path.startswith(MEASURED)}
    varied = {path for path, value in numbers.items() if np.ptp(value, axis=-1).any()}
    fixed = {path: np.float32(value[..., 0]) for path, value in numbers.items() if path not in varied}
    model, law = (with_leaves(spec, _blank(spec)) for spec in (group.training.model, group.training.law))
    totals = _program(model, law, samples, (code_of(model), code_of(law)))
    places = [(column, moment) for column in range(len(group.instances)) for moment in range(len(moments))]
    width = min(len(places), max(1, TOGETHER // group.training.model.sizes.hidden))
    for first in range(0, len(places), width):
        few = places[first : first + width]
        columns, moment = np.array([*few, *[few[-1]] * (width - len(few))]).T
        mine = {path: np.float32(np.moveaxis(numbers[path], -1, 0)[columns]) for path in varied}
        parameters = {
            name: np.stack([_cut(values[group.instances[c], m], group.shapes[name])
                            for c, m in zip(columns, moment, strict=True)])
            for name, values in own.items()
        }  # fmt: skip
        mean = jax.device_get(totals(mine, fixed, parameters))
        for i, (column, m) in enumerate(few):
            if not all(np.isfinite(value[i]).all() for value in parameters.values()):
                continue  # a diverged one stays NaN
            one = {name: value[i] for name, value in mean.items()}
            yield (int(group.instances[column]), m), _summary(parameters["W_d"][i], one, rare)


@functools.lru_cache(maxsize=32)
def _program(
    model: SparseAutoencoder, law: Law, samples: int, code: tuple[Any, ...]
) -> Callable[..., dict[str, Array]]:
    """Totals of several dictionaries of one structure: numbers of their own, numbers of all, parameters.

    code: what else is compiled in, so that no other code is taken for this one.
    """

    def one(own: dict[str, Array], common: dict[str, Array], parameters: Parameters) -> dict[str, Array]:
        values = own | common
        mine, its = (with_leaves(spec, _under(values, name)) for name, spec in zip(MEASURED, (model, law), strict=True))
        return _totals(mine, its, parameters, samples)

    return jax.jit(jax.vmap(one, in_axes=(0, None, 0)))


def _blank(spec: Any) -> dict[str, Any]:
    """Zeros for all numbers: what has one structure has one program."""
    return {path: (0.0,) * len(value) if isinstance(value, tuple) else 0.0 for path, value in leaves(spec).items()}


def _under(values: dict[str, Array], prefix: str) -> dict[str, Array]:
    return {path.removeprefix(prefix): value for path, value in values.items() if path.startswith(prefix)}


def _values(run: Run, name: str, moments: Sequence[int | None]) -> np.ndarray:
    """A parameter of all instances at these moments, (instances, moments, …)."""
    final = moments == [None]
    known = name if final else f"{name}_history"
    if known not in run.data:
        way = "leave `keep` out" if final else "record=tegum.every(100, 'parameters')"
        raise BadInput(f"quality needs {known}, which this run does not hold; train with {way}.")
    array = run.data[known]
    if not final:
        missing = [step for step in moments if step not in array["step"].values]
        if missing:
            raise BadInput(f"at includes step {missing[0]}, at which nothing was recorded; {_steps_of(array)}")
        array = array.sel(step=list(moments)).transpose(*run.data["completed"].dims, "step", ...)
    instances = run.data["completed"].size
    return array.values.reshape(instances, len(moments), *array.shape[run.data["completed"].ndim + (not final) :])


def _steps_of(array: xr.DataArray) -> str:
    steps = [str(step) for step in array["step"].values]
    return f"there are {', '.join(steps if len(steps) <= 8 else [*steps[:3], '…', steps[-1]])}."


def _cut(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """One instance's array, without the padding of a larger one."""
    return np.asarray(values[tuple(slice(length) for length in shape)])


def _totals(model: Any, law: Any, parameters: Parameters, samples: int) -> dict[str, Array]:
    """Means over samples, batch by batch, and what every latent reaches."""
    size = min(samples, 8192)
    batches = -(-samples // size)

    def on(i: Array) -> tuple[dict[str, Array], Array]:
        key = fold(fold(jnp.zeros(2, jnp.uint32), MEASURING), i)
        s, x = _pair(law, key, model.sizes.features, size)
        z = model.before_code(parameters, x)
        f = model.code(z, parameters)
        y = model.decode(parameters, f)
        fires = (f > 0).astype(x.dtype)
        means = {
            "mse": ((x - y) ** 2).sum(0).mean(), "x": x.mean(1), "xx": (x * x).sum(0).mean(),
            "yy": (y * y).sum(0).mean(), "xy": (x * y).sum(0).mean(), "frequency": fires.mean(1),
            "activity": f.sum(0).mean(),
        }  # fmt: skip
        if s is not None:
            active = (s > 0).astype(x.dtype)
            means |= {"active": active.mean(1), "both": active @ fires.T / size}
        return means, z.max(axis=1)

    def add(i: Array, so_far: tuple[dict[str, Array], Array]) -> tuple[dict[str, Array], Array]:
        means, highest = on(i)
        return jax.tree.map(jnp.add, so_far[0], means), jnp.maximum(so_far[1], highest)

    sums, highest = jax.lax.fori_loop(1, batches, add, on(jnp.int32(0)))
    found = {name: value / batches for name, value in sums.items()} | {"reach": highest - parameters["b_e"]}
    if isinstance(law, Superposed):
        found["D"] = jnp.asarray(law.directions.matrix(model.sizes.features), highest.dtype)
    return found


def _pair(law: Any, key: Any, inputs: int, samples: int) -> tuple[Array | None, Array]:
    if isinstance(law, Superposed):
        return law.pair(key, inputs, samples)
    return None, draw(law, key, inputs, samples)


def _summary(W_d: np.ndarray, mean: dict[str, np.ndarray], rare: float) -> dict[str, Any]:
    frequency = mean["frequency"]
    found = {
        "mse": mean["mse"],
        "explained": 1 - mean["mse"] / (mean["xx"] - (mean["x"] ** 2).sum()),
        "activity": mean["activity"],
        "l0": frequency.sum(),
        "frequency": frequency,
        "reach": mean["reach"],
        "dead": (frequency == 0).mean(),
        "rare": ((frequency > 0) & (frequency < rare)).mean(),
        "shrinkage": mean["yy"] / mean["xy"] if mean["xy"] > 0 else np.nan,
    }
    if "both" not in mean:
        return found
    match, living = recovery(mean["D"], W_d), recovery(mean["D"], W_d, frequency > 0)
    hits = np.where(match.latent < 0, 0.0, mean["both"][np.arange(len(match.latent)), match.latent])
    fired = np.where(match.latent < 0, 0.0, frequency[match.latent])
    return found | {
        "mmcs": match.mmcs,
        "one_to_one": match.one_to_one,
        "uniqueness": match.uniqueness,
        "cosine": match.matched,
        "live_cosine": living.matched,
        "precision": hits / np.where(fired > 0, fired, np.nan),
        "recall": hits / np.where(mean["active"] > 0, mean["active"], np.nan),
    }


def _labelled(found: dict[str, np.ndarray], grid: Grid, at: Sequence[int] | None) -> xr.Dataset:
    """Axes and labels; without `at` the one moment is no axis."""
    moments: list[str] = [] if at is None else ["step"]
    variables = {}
    for name, value in found.items():
        shape = (*grid.shape, *value.shape[2 if at is None else 1 :])
        variables[name] = ((*grid.names, *moments, *([OWN[name]] if name in OWN else [])), value.reshape(shape))
    coordinates: dict[str, Any] = dict(grid.coordinates())
    if at is not None:
        coordinates["step"] = ("step", np.asarray(at))
    return xr.Dataset(variables, coords=coordinates)

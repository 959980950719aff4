"""The only training loop: one compiled program for a tile of instances.

A tile has one fixed width, so the same machine code runs whatever the size of the ensemble, the number of workers or
the order of work; instance i of a thousand is instance i alone, bit for bit. Every number that may differ between
instances, swept or not, arrives at run time.
"""

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array

from tegum.spec import Spec, fields, leaves, with_leaves
from tegum.toy.features import Streamed, draw, whole
from tegum.toy.loss import each, evaluate
from tegum.toy.models import Parameters, initial, settle, tangent
from tegum.toy.product import Identity, Samples
from tegum.toy.random import Key, fold, uniform
from tegum.training.history import AtSteps, applied
from tegum.training.interventions import Edit, Freeze, Seen, feature_mask, make_edit
from tegum.training.optimisers import begin, forget, update
from tegum.training.training import DEFAULT_BATCH, Training

# A program that split its sums over cores would round by their number.
ONE_CORE = {"xla_cpu_multi_thread_eigen": False}
LANES_ON_CPU = (256, 128)  # instances in a tile, for y of up to 64 entries and for more; by trial, see docs/log.md
LANES_ELSEWHERE = 4096
SMALL = 1024  # multiply-adds of one W x below which instances, not samples, fill the vector units
SMALL_RULE = 256  # the same where a loss brings its own columns, dense and many; by trial
BLOCK = 32  # records kept on the device between two visits to the host

# Streams of random numbers: one for each use, so that recording or editing never shifts the training data.
INITIAL, DATA, BATCH, EVALUATION, EDIT = range(5)

Numbers = dict[str, Any]
Measured = dict[str, Array]


class Layout(NamedTuple):
    """How a training lies in memory: with an instance axis or without, and how many columns x has in a step."""

    lanes: bool
    samples: int


class Chunk(NamedTuple):
    """What is in memory of a stream (training/streams.py): the columns that come next, and those for measuring."""

    rows: Array
    held: Array


class State(NamedTuple):
    """One tile between two steps."""

    parameters: Parameters
    moments: Any
    key: Key
    step: Array
    total: Array
    data: Array | Chunk | None


class Program(NamedTuple):
    """The compiled functions for one structure of training."""

    width: int | None
    start: Callable[[Numbers, Any, Any], State]
    advance: Callable[[Numbers, State, Any, Any], tuple[State, Measured]]
    edit: Callable[[Numbers, State, int, int], State]


def program(training: Training) -> Program:
    """The program for this structure, compiled once in a process; its numbers, steps and seeds play no part."""
    blank = with_leaves(training, {path: _blank(value) for path, value in leaves(training).items()})
    structure = blank.model_copy(update={"over": {}, "seed": 0, "steps": 1, "record": _what(training), "keep": None})
    with _lock:
        return _program(structure)


_programs: dict[Any, Program] = {}
_lock = threading.Lock()


def _program(structure: Training) -> Program:
    key = (structure.json_text(), code_of(structure))
    if key not in _programs:
        _programs[key] = _edited(structure) if structure.interventions else _built(structure)
    return _programs[key]


def _built(structure: Training) -> Program:
    layout = _layout(structure)
    return Program(
        width=_width(structure, layout) if layout.lanes else None,
        start=_compiled(_start, structure, layout),
        advance=_compiled(_advance, structure, layout),
        edit=lambda numbers, state, which, count: state,
    )


def _edited(structure: Training) -> Program:
    """Training between edits does not depend on them: one program for all trainings that differ in these alone."""
    plain, layout = _program(structure.model_copy(update={"interventions": ()})), _layout(structure)
    edits = [
        _compiled(functools.partial(_edit, which), structure, layout) for which in range(len(structure.interventions))
    ]
    return plain._replace(
        start=lambda numbers, *rest: plain.start(_between_edits(numbers), *rest),
        advance=lambda numbers, *rest: plain.advance(_between_edits(numbers), *rest),
        edit=lambda numbers, state, which, count: edits[which](numbers, state, np.int32(count)),
    )


def _between_edits(numbers: Numbers) -> Numbers:
    return {path: value for path, value in numbers.items() if not path.startswith("interventions[")}


def _compiled(function: Callable[..., Any], structure: Training, layout: Layout) -> Callable[..., Any]:
    def call(numbers: Numbers, *args: Any) -> Any:
        return function(with_leaves(structure, numbers), layout, *args)

    return jax.jit(call, compiler_options=ONE_CORE if jax.default_backend() == "cpu" else None)


def code_of(spec: Spec) -> tuple[Any, ...]:
    """What the text of a spec only names: two classes or functions of one name are not the same code."""
    values = [spec, *(value for _, value in fields(spec))]
    flat = [item for value in values for item in (value if isinstance(value, tuple) else (value,))]
    code = [type(item) if isinstance(item, Spec) else item for item in flat if isinstance(item, Spec) or callable(item)]
    return (*code, *(constant for item in code for constant in _constants(item)))


def _constants(code: Any) -> list[tuple[str, Any]]:
    """Numbers and words outside a function or a class's methods: compiled in, so a changed one is other code."""
    inside = [value for kind in code.__mro__ for value in vars(kind).values()] if inspect.isclass(code) else [code]
    outside = [inspect.getclosurevars(function).globals for function in inside if inspect.isfunction(function)]
    named = [item for names in outside for item in sorted(names.items())]
    return [(name, value) for name, value in named if isinstance(value, int | float | str)]


def _what(training: Training) -> Any:
    """The record's quantities matter to the compiled code, its steps do not."""
    return None if training.record is None else AtSteps(at=(0,), what=training.record.what)


def _blank(value: Any) -> Any:
    return tuple(0.0 for _ in value) if isinstance(value, tuple) else 0.0


def _layout(training: Training) -> Layout:
    samples, features = _samples(training), training.model.sizes.features
    if isinstance(training.law, Streamed):
        return Layout(False, samples)
    limit = SMALL if training.loss.columns(features) is None else SMALL_RULE
    return Layout(samples * features * training.model.sizes.hidden <= limit, samples)


def _width(training: Training, layout: Layout) -> int:
    """How many instances a tile holds. A matter of structure alone, or results would depend on the ensemble."""
    if jax.default_backend() != "cpu":
        return LANES_ELSEWHERE
    return LANES_ON_CPU[training.model.sizes.features * layout.samples > 64]


def _samples(training: Training) -> int:
    """How many columns x has in one step."""
    own = training.loss.columns(training.model.sizes.features)
    if own is not None:
        return own
    data = jax.eval_shape(
        lambda words: _as_array(whole(training.law, words, training.model.sizes.features)),
        jax.ShapeDtypeStruct((2,), "uint32"),
    )
    if training.batch_size is None and data is not None:
        return int(data.shape[1])
    return training.batch_size or DEFAULT_BATCH


def _as_array(samples: Samples | None) -> Array | None:
    return jnp.eye(samples.size) if isinstance(samples, Identity) else samples


# ---------------------------------------------------------------- what is compiled


def _start(training: Training, layout: Layout, key: Key, total: Array) -> State:
    parameters = initial(training.model, fold(key, INITIAL))
    data = whole(training.law, fold(key, DATA), training.model.sizes.features)
    return State(
        parameters=parameters,
        moments=begin(training.optimiser, total, parameters, lanes=layout.lanes),
        key=key,
        step=jnp.int32(0),
        total=total,
        data=None if isinstance(data, Identity) else data,
    )


def _advance(training: Training, layout: Layout, state: State, stops: Array, count: Array) -> tuple[State, Measured]:
    """Train on to each of the first `count` stops, measuring at each."""
    shapes = jax.eval_shape(lambda s: _measure(training, layout, s), state)
    kept = jax.tree.map(lambda leaf: jnp.zeros((BLOCK, *leaf.shape), leaf.dtype), shapes)

    def to_next_stop(i: Array, carry: tuple[State, Measured]) -> tuple[State, Measured]:
        state, kept = carry
        state = jax.lax.while_loop(lambda s: s.step < stops[i], lambda s: _step(training, layout, s), state)
        measured = _measure(training, layout, state)
        put = functools.partial(jax.lax.dynamic_update_index_in_dim, index=i, axis=0)
        return state, jax.tree.map(put, kept, measured)

    return jax.lax.fori_loop(0, count, to_next_stop, (state, kept))


def _step(training: Training, layout: Layout, state: State) -> State:
    x = _batch(training, layout, state)
    gradients = _gradients(training, layout, state.parameters, x)
    frozen = _frozen(training, layout, state)
    gradients = tangent(training.model, state.parameters, _still(frozen, gradients), lanes=layout.lanes)
    updates, moments = update(
        training.optimiser, state.total, gradients, state.moments, state.parameters, lanes=layout.lanes
    )
    moved = optax.apply_updates(state.parameters, _still(frozen, updates))
    parameters = settle(training.model, state.parameters, moved, x, lanes=layout.lanes)
    return state._replace(parameters=parameters, moments=moments, step=state.step + 1)


def _gradients(training: Training, layout: Layout, parameters: Parameters, x: Samples) -> Parameters:
    """Instances do not meet in the loss, so the gradient of the sum is the gradient of each."""
    total = lambda p: evaluate(training.loss, training.model, p, x, lanes=layout.lanes).sum()  # noqa: E731
    return jax.grad(total)(parameters)


def _batch(training: Training, layout: Layout, state: State) -> Samples:
    """The samples of this step. The barrier keeps the draw from being computed again wherever it is used."""
    if isinstance(state.data, Chunk):
        first = state.step % (state.data.rows.shape[1] // layout.samples) * layout.samples
        return jax.lax.dynamic_slice_in_dim(state.data.rows, first, layout.samples, axis=1)
    data = _dataset(training, state)
    if data is not None and training.batch_size is None:
        return data
    return _drawn(training, data, fold(fold(state.key, BATCH), state.step), layout.samples)


def _drawn(training: Training, data: Samples | None, key: Key, count: int) -> Array:
    """So many samples: of the data set where it is given, else fresh from the law."""
    features = training.model.sizes.features
    if data is None or isinstance(data, Identity):
        return jax.lax.optimization_barrier(draw(training.law, key, features, count))
    chosen = (uniform(key, 1, count) * data.shape[1]).astype(jnp.int32)
    chosen = jnp.minimum(chosen, data.shape[1] - 1)
    return jnp.take_along_axis(data, jnp.broadcast_to(chosen, (features, *chosen.shape[1:])), axis=1)


def _dataset(training: Training, state: State) -> Samples | None:
    """All the samples that a loss is measured on, where they are finite."""
    if isinstance(state.data, Chunk):
        return state.data.held
    if state.data is not None:
        return state.data
    return whole(training.law, state.key, training.model.sizes.features)


def _measure(training: Training, layout: Layout, state: State) -> Measured:
    """Parameters and loss always, for the final state; and whatever the record asks for."""
    measured = {**state.parameters, "loss": _evaluation(training, layout, _apart(state, 0))}
    if training.record is None:
        return measured
    if "gradients" in training.record.what:
        x = _evaluation_batch(training, layout, state, jnp.int32(0))
        gradients = _gradients(training, layout, _apart(state, 1).parameters, x)
        measured |= {f"{name}_gradient": value for name, value in gradients.items()}
    apart = _apart(state, 2).parameters
    for name, metric in training.record.metrics.items():
        one = functools.partial(applied, metric)
        measured[name] = jnp.asarray((jax.vmap(one, in_axes=-1, out_axes=-1) if layout.lanes else one)(apart))
    return measured


def _apart(state: State, number: int) -> State:
    """The same state behind a barrier of its own: what else is measured cannot change how this is computed."""
    parameters, _ = jax.lax.optimization_barrier((state.parameters, jnp.int32(number)))
    return state._replace(parameters=parameters)


def _evaluation(training: Training, layout: Layout, state: State) -> Array:
    """The loss on the whole data set, or its mean over batches of evaluation samples."""

    def on(i: Array) -> Array:
        x = _evaluation_batch(training, layout, state, i)
        return evaluate(training.loss, training.model, state.parameters, x, lanes=layout.lanes)

    if _dataset(training, state) is not None or training.loss.columns(training.model.sizes.features) is not None:
        return on(jnp.int32(0))
    batches = -(-training.evaluation_samples // layout.samples)
    zero = jnp.zeros_like(on(jnp.int32(0)))
    return jax.lax.fori_loop(0, batches, lambda i, total: total + on(i), zero) / batches


def _evaluation_batch(training: Training, layout: Layout, state: State, i: Array) -> Samples:
    data = _dataset(training, state)
    if data is not None:
        return data
    key = fold(fold(jnp.zeros_like(state.key), EVALUATION), i)  # of no seed: the same samples for all instances
    return jax.lax.optimization_barrier(draw(training.law, key, training.model.sizes.features, layout.samples))


def _frozen(training: Training, layout: Layout, state: State) -> dict[str, Array]:
    """For each parameter that a Freeze names: where it is held still at this step."""
    masks: dict[str, Array] = {}
    for freeze in training.freeze:
        mask = feature_mask(
            training.model, state.parameters, freeze.parameter, freeze.features, lanes=int(layout.lanes)
        )
        mask = mask & _during(freeze, state.step)
        masks[freeze.parameter] = masks.get(freeze.parameter, False) | mask
    return masks


def _during(freeze: Freeze, step: Array) -> Array:
    return (step >= freeze.start) & (step < (np.iinfo(np.int32).max if freeze.stop is None else freeze.stop))


def _still(frozen: dict[str, Array], changes: Parameters) -> Parameters:
    return {name: jnp.where(frozen[name], 0, change) if name in frozen else change for name, change in changes.items()}


def _seen(training: Training, layout: Layout, state: State, key: Key, count: int) -> Seen:
    """That many samples, and the loss on each of them."""
    data = state.data.rows if isinstance(state.data, Chunk) else _dataset(training, state)
    x = _drawn(training, data, key, count)
    loss = each(training.loss, training.model, state.parameters, x, lanes=layout.lanes)
    return Seen(x, loss)


def _edit(which: int, training: Training, layout: Layout, state: State, count: Array) -> State:
    """Apply one intervention to the first `count` instances or more; forget the optimiser's memory of what it touched.

    Edits that see data are made one after the other: a tile's samples at once need far more memory and, from a
    thousand for each instance on, more time (docs/log.md).
    """
    one_by_one = layout.lanes and training.interventions[which].sees
    edit = _one_by_one(which, training, layout, state, count) if one_by_one else _made(which, training, layout, state)
    moments = forget(training.optimiser, state.moments, edit.touched)
    return state._replace(parameters=edit.parameters, moments=moments)


def _made(which: int, training: Training, layout: Layout, state: State) -> Edit:
    key = fold(fold(fold(state.key, EDIT), which), state.step)
    intervention = training.interventions[which]
    seen = _seen(training, layout, state, fold(key, 1), intervention.sees) if intervention.sees else None
    return make_edit(intervention, training.model, state.parameters, key, seen, lanes=layout.lanes)


def _one_by_one(which: int, training: Training, layout: Layout, state: State, count: Array) -> Edit:
    """The same edits, of the first `count` instances alone, with what one of them sees in memory at a time."""
    tile = (leaves(training), state.parameters, state.key, state.data)
    tile = jax.tree.map(lambda leaf: jnp.moveaxis(jnp.asarray(leaf), -1, 0), tile)

    def alone(i: Array) -> Edit:
        numbers, parameters, key, data = jax.tree.map(lambda leaf: leaf[i], tile)
        its = state._replace(parameters=parameters, key=key, data=data)
        return _made(which, with_leaves(training, numbers), layout._replace(lanes=False), its)

    untouched = jax.tree.map(lambda value: jnp.zeros(value.shape, bool), tile[1])
    put = functools.partial(jax.lax.dynamic_update_index_in_dim, axis=0)
    made = jax.lax.fori_loop(
        0, count, lambda i, so_far: jax.tree.map(lambda all_, one: put(all_, one, i), so_far, alone(i)),
        Edit(tile[1], untouched),
    )  # fmt: skip
    return jax.tree.map(lambda leaf: jnp.moveaxis(leaf, 0, -1), made)

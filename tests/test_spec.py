"""Specs: what they print they read, equal ones are named alike, and every field counts."""

import functools
import hashlib
import inspect
import json
import math
import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.spec import Spec, fields, kinds, leaves, plain, replaced, with_leaves
from tegum.toy.loss import LossFunction
from tegum.training.history import AtSteps, Every, LogSpaced
from tegum.training.interventions import Intervention


class Bell(tg.Law):
    """A user's law."""

    scale: float = 1.0
    of: tg.Law = tg.OneHot()
    shape: tuple[int, ...] = (2, 3)

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return self.scale * jax.random.normal(key, (features, samples))


class Anything(tg.Law):
    value: Any = None

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.zeros((features, samples))


def decay(step: Any, steps: Any) -> Any:
    return 1 - 0.5 * step / steps


def error(model: Any, parameters: Any, x: Any) -> Any:
    return ((model(parameters, x) - x) ** 2).mean()


def tilt(W: Any) -> Any:
    return W.sum()


class Shelf:
    @staticmethod
    def inner(W: Any) -> Any:
        return W.sum()


MODEL = tg.Autoencoder(features=5, hidden=2)
WHOLE = tg.Training(
    model=MODEL,
    law=tg.FixedSamples(count=7, of=tg.UnitNorm(of=tg.SparseUniform(feature_probability=(0.1, 0.2, 0.3, 0.4, 0.5)))),
    loss=tg.SquaredError(importance=tg.geometric(0.9, 5), reduction="sum"),
    optimiser=tg.AdamW(learning_rate=0.01, schedule=decay, warmup=3),
    steps=9,
    batch_size=4,
    seed=2**64 - 1,
    over={
        "seed": range(3, 9, 2),
        "cell": {"learning_rate": (0.1, 0.2), "hidden": (2, 3)},
        "law": (tg.OneHot(), tg.KActive(active=2)),
        "importance[2]": (0.5, 1.0),
    },
    record=tg.log_spaced(4, "loss", tilt),
    interventions=(tg.Perturb(at=(1, 2), features=(0,), noise=0.1),),
    freeze=(tg.Freeze(parameter="b", stop=5),),
    evaluation_samples=16,
    precision="float64",
)  # fmt: skip
SPECS: list[Spec] = [
    tg.OneHot(),
    tg.SparseUniform(feature_probability=0.1),
    tg.SparseUniform(feature_probability=np.geomspace(1, 0.1, 5)),
    tg.SparseSigned(feature_probability=0.1),
    tg.KActive(active=2),
    tg.CorrelatedSets(sets=3, feature_probability=(0.1, 0.2, 0.3)),
    tg.AnticorrelatedSets(sets=5),
    tg.UnitNorm(of=tg.KActive(active=1)),
    tg.FixedSamples(count=3, of=tg.UnitNorm()),
    MODEL,
    tg.UntiedAutoencoder(features=5, hidden=2, activation="tanh", bias=False, initial_scale=0.5),
    tg.StartingFrom.at(np.eye(2, 3), np.zeros(3), noise=0.1),
    tg.SquaredError(importance=(1.0, 0.5)),
    tg.ExactError(feature_probability=0.1, nodes=3),
    tg.OneActiveError(),
    LossFunction(function=error),
    tg.Adam(b1=0.8),
    tg.AdamW(schedule=decay, warmup=2),
    tg.SGD(learning_rate=0),
    tg.Momentum(nesterov=True),
    tg.Optax(name="lion", options={"b1": 0.5, "b2": 0.9}),
    tg.Magnitudes(of=tg.SparseUniform(feature_probability=0.2), distribution="exponential"),
    tg.Hierarchical(children=2, feature_probability=0.2, child_probability=0.5),
    tg.every(3),
    tg.log_spaced(5, "loss"),
    tg.at_steps([3, 1], "gradients", tilt, Shelf.inner),
    tg.Perturb(at=3, parameter="b", shift=-1),
    tg.Assign(at=3, parameter="b", features=(1,), value=0.5),
    tg.Implant(at=3, feature=1, column=(0.5, 0.0)),
    tg.Rotate(at=3, features=(1,), angle=0.5),
    tg.Splay(at=3, away=(1.0, 0.0), amount=0.5),
    tg.Freeze(start=1, stop=2, features=(1, 2)),
    tg.Training(model=MODEL),
    WHOLE,
    Bell(scale=2.0, of=Bell(shape=())),
    find("intro", "quick"),
    find("features", "paper", seeds=3),
]


def described(spec: Spec) -> str:
    return f"{type(spec).__name__}-{spec.digest}"


# ---------------------------------------------------------------- there and back


def test_no_kind_is_forgotten() -> None:
    """Of the package's own; experiments have their test in test_conduct.py."""
    ours = {kind for kind in kinds(Spec).values() if re.match(r"tegum\.(toy|training)\.", kind.__module__)}
    assert {kind for kind in ours if not inspect.isabstract(kind)} <= {type(spec) for spec in SPECS}


@pytest.mark.parametrize("spec", SPECS, ids=described)
def test_a_spec_reads_what_it_wrote(spec: Spec) -> None:
    for text in (spec.json_text(), spec.json_text(indent=2)):
        again = type(spec).read(text)
        assert again == spec
        assert type(again) is type(spec)
        assert again.digest == spec.digest
        assert again.json_text() == spec.json_text()
    assert json.loads(spec.json_text())["kind"] == type(spec).__name__


@pytest.mark.parametrize("spec", SPECS, ids=described)
def test_a_base_reads_every_kind_under_it(spec: Spec) -> None:
    base = next(kind for kind in type(spec).__mro__ if kind.__base__ is Spec)
    assert issubclass(base, Spec)
    assert base.read(spec.json_text()) == spec


@pytest.mark.parametrize("spec", SPECS, ids=described)
def test_the_text_is_canonical(spec: Spec) -> None:
    shuffled = dict(reversed(list(json.loads(spec.json_text()).items())))
    assert type(spec).read(json.dumps(shuffled)).json_text() == spec.json_text()
    assert re.fullmatch("[0-9a-f]{10}", spec.digest)


def test_the_digest_never_changes() -> None:
    """Stored runs are found by it: ten digits of the SHA-256 of the text."""
    given = Anything(value=[None, True, 0.1, "Σ", range(3), {"b": 1, "a": tg.OneHot()}])
    text = (
        r'{"kind": "Anything", "value": [null, true, 0.1, "\u03a3", {"range": [0, 3, 1]}, '
        r'{"a": {"kind": "OneHot"}, "b": 1}]}'
    )
    assert given.json_text() == text
    assert given.digest == hashlib.sha256(text.encode()).hexdigest()[:10] == "638df334e5"


CHANGED: dict[str, dict[str, Any]] = {
    "SparseUniform": {"feature_probability": 0.25},
    "SparseSigned": {"feature_probability": 0.25},
    "KActive": {"active": 3},
    "CorrelatedSets": {"sets": 2, "feature_probability": 0.5},
    "AnticorrelatedSets": {"sets": 2, "feature_probability": 0.5},
    "UnitNorm": {"of": tg.OneHot()},
    "FixedSamples": {"count": 4, "of": tg.OneHot()},
    "Autoencoder": {"features": 6, "hidden": 3, "activation": "linear", "hidden_activation": "relu", "bias": False,
                    "initialisation": "normal", "initial_scale": 2.0, "initial_bias": 0.5},
    "UntiedAutoencoder": {"features": 6, "hidden": 3, "activation": "linear", "hidden_activation": "relu", "bias": True,
                          "initialisation": "normal", "initial_scale": 2.0, "initial_bias": 0.5},
    "SquaredError": {"importance": 0.5, "reduction": "sum", "target": "absolute"},
    "ExactError": {"feature_probability": 0.25, "importance": 0.5, "nodes": 4},
    "LossFunction": {"function": decay},
    "Adam": {"learning_rate": 0.5, "schedule": "cosine", "warmup": 1, "b1": 0.1, "b2": 0.1, "eps": 1e-3},
    "AdamW": {"learning_rate": 0.5, "schedule": "cosine", "warmup": 1, "b1": 0.1, "b2": 0.1, "eps": 1e-3,
              "weight_decay": 0.5},
    "SGD": {"learning_rate": 0.5, "schedule": "cosine", "warmup": 1},
    "Momentum": {"learning_rate": 0.5, "schedule": "cosine", "warmup": 1, "decay": 0.5, "nesterov": False},
    "Optax": {"learning_rate": 0.5, "schedule": "cosine", "warmup": 1, "name": "lamb", "options": {"b1": 0.25}},
    "Every": {"interval": 4, "what": ("loss",)},
    "LogSpaced": {"count": 6, "what": ("parameters",)},
    "AtSteps": {"at": (1, 3), "what": (tilt,)},
    "Perturb": {"at": (4,), "parameter": "W", "features": (1,), "shift": 0.5, "noise": 0.5,
                "forget": True},
    "Assign": {"at": (4,), "parameter": "W", "features": (2,), "value": 1.0},
    "Implant": {"at": (4,), "feature": 2, "column": (0.25, 0.0), "bias": 0.0},
    "Rotate": {"at": (4,), "features": None, "angle": 0.25, "axes": (1, 0)},
    "Splay": {"at": (4,), "features": (1,), "away": (0.0, 1.0), "amount": 0.25},
    "Freeze": {"start": 0, "stop": 9, "parameter": "b", "features": None},
    "Training": {"model": tg.Autoencoder(features=5, hidden=3), "law": tg.KActive(active=1),
                 "loss": tg.SquaredError(reduction="feature_sum"), "optimiser": tg.SGD(), "steps": 8, "batch_size": 3,
                 "seed": 1, "over": {"seed": range(2)}, "record": tg.every(2), "interventions": (tg.Perturb(at=(0,)),),
                 "freeze": (tg.Freeze(),), "keep": (tilt,), "evaluation_samples": 17, "precision": "float32"},
    "Bell": {"scale": 0.5, "of": tg.KActive(active=1), "shape": (1,)},
    "Intro": {"seeds": 3, "steps": 3, "batch_size": 3, "learning_rate": 0.5},
}  # fmt: skip


def changes() -> list[Any]:
    seen, found = set(), []
    for spec in reversed(SPECS):
        name = type(spec).__name__
        if name in CHANGED and name not in seen:
            seen.add(name)
            for field, value in CHANGED[name].items():
                found.append(pytest.param(spec, field, value, id=f"{name}.{field}"))
    assert seen == set(CHANGED)
    return found


@pytest.mark.parametrize(("spec", "field", "value"), changes())
def test_any_field_changes_the_digest(spec: Spec, field: str, value: Any) -> None:
    changed = replaced(spec, field, value)
    assert changed.digest != spec.digest
    assert changed != spec


def test_the_changes_name_every_field() -> None:
    for name, changed in CHANGED.items():
        assert set(kinds(Spec)[name].model_fields) == set(changed)


def test_two_kinds_with_equal_fields_are_two() -> None:
    assert tg.Adam().digest != tg.AdamW().digest
    assert tg.CorrelatedSets().digest != tg.AnticorrelatedSets().digest


# ---------------------------------------------------------------- what a field may hold


def test_a_function_is_written_as_module_and_name() -> None:
    assert json.loads(tg.AdamW(schedule=decay).json_text())["schedule"] == f"{__name__}:decay"
    again = AtSteps.read(tg.at_steps([1], tilt, Shelf.inner).json_text())
    assert again.what == (tilt, Shelf.inner)
    assert plain(Shelf.inner) == f"{__name__}:Shelf.inner"


def test_a_function_without_a_place_cannot_be_read() -> None:
    text = tg.AdamW(schedule=lambda step, steps: 1.0).json_text()
    with pytest.raises(tg.BadInput, match=r"^the function '.*<lambda>' cannot be found; it needs to be importable as"):
        tg.AdamW.read(text)


class Inside:
    class Bare(tg.Law):
        def sample(self, key: Any, features: int, samples: int) -> Any:
            return jnp.zeros((features, samples))


def law_of_a_function() -> tg.Law:
    class Here(Inside.Bare):
        pass

    return Here()


@pytest.mark.parametrize(
    "spec",
    [
        tg.AdamW(schedule=lambda step, steps: 1.0),
        tg.every(1, "loss", lambda W: W.sum()),
        law_of_a_function(),
        tg.UnitNorm(of=law_of_a_function()),
        tg.Training(model=MODEL, over={"cell": {"law": [tg.OneHot(), law_of_a_function()]}}),
    ],
    ids=["schedule", "metric", "law", "inner law", "swept law"],
)
def test_what_has_no_lasting_name_has_no_digest(spec: Spec) -> None:
    """Two different lambdas would share a stored run."""
    with pytest.raises(
        tg.BadInput, match=r"<.* has no name to be stored by; define it at the top level of a module\.$"
    ):
        _ = spec.digest
    assert Inside.Bare().digest


def test_the_order_of_the_axes_counts() -> None:
    one = tg.Training(model=MODEL, over={"seed": range(2), "learning_rate": (0.1, 0.2)})
    other = tg.Training(model=MODEL, over={"learning_rate": (0.1, 0.2), "seed": range(2)})
    assert one.digest != other.digest
    for training in (one, other):
        assert list(tg.Training.read(training.json_text()).over) == list(training.over)
    zipped = tg.Training(model=MODEL, over={"cell": {"seed": (1, 2), "learning_rate": (0.1, 0.2)}})
    assert tg.Training.read(zipped.json_text()) == zipped


def test_a_range_stays_one() -> None:
    training = tg.Training(model=MODEL, over={"seed": range(10**9), "cell": {"seed": range(2)}})
    again = tg.Training.read(training.json_text())
    assert again.over == {"seed": range(10**9), "cell": {"seed": range(2)}}
    assert len(training.json_text()) < 2000


def test_arrays_become_numbers() -> None:
    law = tg.SparseUniform(feature_probability=np.array([0.5, 0.25], dtype=np.float32))
    assert law.feature_probability == (0.5, 0.25)
    assert tg.AdamW(learning_rate=np.float32(0.5)).learning_rate == 0.5
    assert tg.KActive(active=np.int64(3)).active == 3
    assert tg.KActive(active=np.int64(3)).digest == tg.KActive(active=3).digest
    swept = tg.Training(model=MODEL, over={"feature_probability": np.array([0.5, 0.25])})
    assert swept.digest == tg.Training(model=MODEL, over={"feature_probability": [0.5, 0.25]}).digest


def test_equal_specs_from_words_or_numbers_have_equal_names() -> None:
    assert tg.SGD(learning_rate=1).digest == tg.SGD(learning_rate=1.0).digest
    assert tg.Perturb(at=3).digest == tg.Perturb(at=(3,)).digest


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, 1j, functools.partial(decay, 1)], ids=list("abcde"))
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(tg.BadInput, match=r"^Anything\(value=.*\) has a field that JSON cannot hold; use finite num"):
        Anything(value=value).json_text()


def test_a_spec_does_not_change() -> None:
    with pytest.raises(tg.BadInput, match=r"^hidden=3 cannot be set on an Autoencoder, which never changes; make anot"):
        MODEL.hidden = 3  # type: ignore[misc]
    assert MODEL.hidden == 2
    assert hash(tg.Autoencoder(features=5, hidden=2)) == hash(MODEL)


def test_a_user_s_kind_reads_back_where_its_base_is_expected(tmp_path: Path) -> None:
    training = tg.Training(model=MODEL, law=Bell(scale=3.0))
    (tmp_path / "spec.json").write_text(training.json_text())
    again = tg.Training.read((tmp_path / "spec.json").read_text())
    assert again == training
    assert isinstance(again.law, Bell)
    assert again.law.scale == 3.0


def test_the_last_kind_of_a_name_is_meant() -> None:
    """As when a cell of a notebook runs again."""

    def made(default: float) -> type[tg.Law]:
        class Again(tg.Law):
            scale: float = default

            def sample(self, key: Any, features: int, samples: int) -> Any:
                return jnp.zeros((features, samples))

        return Again

    first, second = made(1.0), made(2.0)
    assert first().json_text() != second().json_text()
    assert type(tg.Law.read(second().json_text())) is second


@pytest.mark.parametrize(
    "one",
    [tg.sae.Resample(at=(50,), window=10), tg.failure.remedies.Resample(at=(50,))],
    ids=lambda one: one.__module__,
)
def test_of_two_kinds_with_one_name_the_fields_tell_which(one: Intervention) -> None:
    assert Intervention.read(one.json_text()) == one


def test_of_several_classes_with_one_name_each_names_its_fields() -> None:
    def made(name: str) -> type[Spec]:
        return type("Several", (Spec,), {"__annotations__": {name: float}})

    first, second = made("of_the_first"), made("of_the_second")
    for kind, field in ((first, "of_the_first"), (second, "of_the_second")):
        with pytest.raises(tg.BadInput, match=rf"^Several needs {field}; pass {field}=\.\.\."):
            kind()


# ---------------------------------------------------------------- numbers inside specs


def test_leaves_are_the_floats_by_path() -> None:
    found = leaves(WHOLE)
    assert found["law.of.of.feature_probability"] == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert found["interventions[0].noise"] == 0.1
    assert found["optimiser.learning_rate"] == 0.01
    assert "steps" not in found
    assert "optimiser.schedule" not in found
    assert all(isinstance(value, float | tuple) for value in found.values())


def test_with_leaves_puts_anything_in_their_place() -> None:
    numbers: dict[str, Any] = {path: object() for path in leaves(WHOLE)}
    there = with_leaves(WHOLE, numbers)
    assert there.law.of.of.feature_probability is numbers["law.of.of.feature_probability"]
    assert there.interventions[0].noise is numbers["interventions[0].noise"]
    assert with_leaves(there, leaves(WHOLE)) == WHOLE
    assert with_leaves(WHOLE, {}) == WHOLE


def test_every_field_can_be_replaced_by_its_path() -> None:
    for path, value in fields(WHOLE):
        assert replaced(WHOLE, path, value) == WHOLE
    assert replaced(WHOLE, "interventions[0].noise", 0.5).interventions[0].noise == 0.5
    assert replaced(WHOLE, "law.of.of", tg.OneHot()).law.of.of == tg.OneHot()
    with pytest.raises(tg.BadInput, match=re.escape("noise=-1.0 must be finite and not negative.")):
        replaced(WHOLE, "interventions[0].noise", -1)


def test_records_have_their_kinds() -> None:
    assert isinstance(tg.every(2), Every)
    assert isinstance(tg.log_spaced(2), LogSpaced)
    assert isinstance(tg.at_steps([2]), AtSteps)

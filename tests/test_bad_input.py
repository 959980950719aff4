"""Mistakes at the public door: each is one sentence that says what was given, what is needed, and the way out."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find

N, M = 5, 2
Mistake = Callable[[], object]


@pytest.fixture(autouse=True)
def _as_installed() -> Iterator[None]:
    """The tests' own type checks (conftest.py) stand aside: users do not have them."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="module")
def run() -> tg.Run:
    return tg.train(model(), tg.OneHot(), steps=2, over={"seed": range(3), "learning_rate": [0.1, 0.2]})


def model(**fields: Any) -> tg.Autoencoder:
    return tg.Autoencoder(**({"features": N, "hidden": M} | fields))


def train(law: Any = None, **fields: Any) -> tg.Run:
    return tg.train(fields.pop("model", model()), tg.OneHot() if law is None else law, **({"steps": 2} | fields))


def over(axes: Any, law: Any = None, **fields: Any) -> tg.Run:
    return train(law, over=axes, **fields)


def tilt(W: Any, c: Any) -> Any:
    return W.sum() + c


def seed(W: Any) -> Any:
    return W[:, 0, 0]


def feature(W: Any) -> Any:
    return W[:, 0, 0]


class Short(tg.Intervention):
    def edit(self, parameters: Any, key: Any) -> Any:  # type: ignore[override]
        return tg.Edit.of(parameters)


def line_of(text: str) -> int:
    """Where a piece of this file stands."""
    return next(i for i, line in enumerate(Path(__file__).read_text().splitlines(), 1) if text in line)


class Returns(tg.Intervention):
    what: str

    def edit(self, model: Any, parameters: Any, key: Any) -> Any:
        W = parameters["W"]
        if self.what == "part":
            return tg.Edit.of(parameters, W=W[:, 1:])
        if self.what == "other":
            return tg.Edit.of(parameters, V=W)
        if self.what == "product":
            return tg.Edit.of(parameters, W=W @ W)
        if self.what == "if":
            return tg.Edit.of(parameters, W=W if W[0, 0] > 0 else -W)
        return tg.Edit({"W": W}, {"W": W > 0}) if self.what == "lost" else None


def of_all(W: Any) -> Any:
    return W.sum()


def loss(W: Any) -> Any:
    return W.sum()


class Rows(tg.Law):
    """Samples as rows, where they should be columns."""

    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.ones((samples, features))


class Misnamed(tg.Model):
    def init(self, key: Any) -> Any:
        return {"loss": jnp.ones((self.hidden, self.features))}

    def __call__(self, parameters: Any, x: Any) -> Any:
        return x


class Twin:
    """A callable without a name of its own."""

    def __call__(self, W: Any) -> Any:
        return W.sum()

    def __repr__(self) -> str:
        return "Twin()"


FIELDS: list[tuple[str, Mistake]] = [
    ("feature_probability=1.5 must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: tg.SparseUniform(feature_probability=1.5)),
    ("feature_probability=-0.1 must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: tg.SparseUniform(feature_probability=-0.1)),
    ("feature_probability=nan must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: tg.SparseUniform(feature_probability=math.nan)),
    ("feature_probability=1.0000001 must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: tg.SparseUniform(feature_probability=1.0000001)),
    ("feature_probability[1]=2.0 must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: tg.SparseUniform(feature_probability=np.array([0.1, 2.0]))),
    ("feature_probability='half' must be a number.",
     lambda: tg.SparseUniform(feature_probability="half")),
    ("feature_probability='x' must be a number.",
     lambda: tg.SparseUniform(feature_probability=(0.1, "x"))),
    ("feature_probability has 2 values, the model has 5 features; give one number or 5.",
     lambda: train(tg.SparseUniform(feature_probability=(0.1, 0.2)))),
    ("SparseUniform takes its fields by name; write SparseUniform(feature_probability=0.1).",
     lambda: tg.SparseUniform(0.1)),  # type: ignore[call-arg]
    ("hidden=0 must be at least 1.",
     lambda: model(hidden=0)),
    ("hidden='two' must be a whole number.",
     lambda: model(hidden="two")),
    ("features=2.5 must be a whole number.",
     lambda: model(features=2.5)),
    ("features=nan must be a whole number.",
     lambda: model(features=math.nan)),
    ("features=(1, 2) must be a whole number.",
     lambda: model(features=[1, 2])),
    ("Autoencoder has no field 'activaton'; did you mean activation?",
     lambda: model(activaton="relu")),
    ("Autoencoder has no field 'colour'; there are: activation, bias, features, hidden, hidden_activation, initial_",
     lambda: model(colour="red")),
    ("Autoencoder has no field 'hiden'; did you mean hidden?",
     lambda: tg.Autoencoder(features=5, hiden=2)),  # type: ignore[call-arg]
    ("OneHot has no field 'p'; it has no fields.",
     lambda: tg.OneHot(p=0.1)),  # type: ignore[call-arg]
    ("Autoencoder needs hidden; pass hidden=...",
     lambda: tg.Autoencoder(features=5)),  # type: ignore[call-arg]
    ("hidden=3 cannot be set on an Autoencoder, which never changes; make another Autoencoder.",
     lambda: setattr(model(), "hidden", 3)),
    ("importance=nan must be finite and not negative; 0 leaves a feature out.",
     lambda: tg.SquaredError(importance=math.nan)),
    ("importance[1]=-1.0 must be finite and not negative; 0 leaves a feature out.",
     lambda: tg.SquaredError(importance=(1.0, -1.0))),
    ("importance=inf must be finite and not negative; 0 leaves a feature out.",
     lambda: tg.SquaredError(importance=math.inf)),
    ("importance has 3 values, the model has 5 features; give one number or 5.",
     lambda: train(loss=tg.SquaredError(importance=(1.0, 2.0, 3.0)))),
    ("geometric(-1, 3) needs a finite ratio of at least 0 and a whole number of features.",
     lambda: tg.geometric(-1, 3)),
    ("geometric(0.5, 2.5) needs a finite ratio of at least 0 and a whole number of features.",
     lambda: tg.geometric(0.5, 2.5)),  # type: ignore[arg-type]
    ("notebook_scale(0, 1, 1) needs three numbers of at least 1.",
     lambda: tg.notebook_scale(0, 1, 1)),
    ("learning_rate=-1.0 must be finite and not negative.",
     lambda: tg.AdamW(learning_rate=-1)),
    ("learning_rate=nan must be finite and not negative.",
     lambda: tg.AdamW(learning_rate=math.nan)),
    ("learning_rate=inf must be finite and not negative.",
     lambda: tg.AdamW(learning_rate=math.inf)),
    ("b1=1.0 must lie in [0, 1), as a decay rate.",
     lambda: tg.AdamW(b1=1.0)),
    ("eps=0.0 must be finite and above 0.",
     lambda: tg.AdamW(eps=0)),
    ("warmup=-1 must be at least 0.",
     lambda: tg.AdamW(warmup=-1)),
    ("initial_scale=-1.0 must be finite and not negative.",
     lambda: model(initial_scale=-1)),
    ("initial_bias=inf must be a finite number.",
     lambda: model(initial_bias=math.inf)),
    ("bias='maybe' must be true or false.",
     lambda: model(bias="maybe")),
    ("activation='rleu' must be one of 'relu', 'linear', 'sigmoid', 'tanh', 'gelu' or 'softplus'.",
     lambda: model(activation="rleu")),
    ("initialisation='xavier' must be one of 'xavier_normal', 'xavier_uniform', 'kaiming_normal', 'kaiming_uniform'",
     lambda: model(initialisation="xavier")),
    ("reduction='average' must be one of 'mean', 'feature_sum' or 'sum'.",
     lambda: tg.SquaredError(reduction="average")),
    ("schedule='cosin' must be one of 'constant', 'linear', 'quarter_cosine' or 'cosine', or a function.",
     lambda: tg.AdamW(schedule="cosin")),
    ("the function 'no:where' cannot be found; it needs to be importable as module:name.",
     lambda: tg.AdamW(schedule="no:where")),
    ("precision='double' must be one of 'float32' or 'float64'.",
     lambda: train(precision="double")),
    ("name='adma' is not an optimiser of Optax; did you mean adamax?",
     lambda: tg.Optax(name="adma")),
    ("optax.lion refuses options={'b9': 1.0}: ",
     lambda: train(optimiser=tg.Optax(name="lion", options={"b9": 1.0}))),
]  # fmt: skip

TRAININGS: list[tuple[str, Mistake]] = [
    ("law='one-hot' must be a Law, such as OneHot(...).",
     lambda: train("one-hot")),
    ("law=OneHot must be a Law, not the class of one; write OneHot(...).",
     lambda: train(tg.OneHot)),
    ("law=Autoencoder(features=5, hidden=2, activation='relu', hidden_… must be a Law, such as OneHot(...).",
     lambda: train(model())),
    ("model=OneHot() must be a Network, such as Autoencoder(...).",
     lambda: tg.train(tg.OneHot(), model())),
    ("optimiser='adam' must be an Optimiser, such as Adam(...).",
     lambda: train(optimiser="adam")),
    ("Training needs model; pass model=...",
     lambda: tg.Training(law=tg.OneHot())),  # type: ignore[call-arg]
    ("Training has no field 'learning_rate'; it belongs to the optimiser: optimiser=AdamW(learning_rate=...).",
     lambda: train(learning_rate=0.1)),
    ("steps=0 must be at least 1.",
     lambda: train(steps=0)),
    ("steps=-5 must be at least 1.",
     lambda: train(steps=-5)),
    ("steps=1.5 must be a whole number.",
     lambda: train(steps=1.5)),
    ("steps='many' must be a whole number.",
     lambda: train(steps="many")),
    ("steps=2147483648 must be below 2^31, where the count of steps ends.",
     lambda: train(steps=2**31)),
    ("seed=18446744073709551616 must lie in 0 … 2^64 - 1.",
     lambda: train(seed=2**64)),
    ("seed=-1 must lie in 0 … 2^64 - 1.",
     lambda: train(seed=-1)),
    ("seed=1.5 must be a whole number.",
     lambda: train(seed=1.5)),
    ("batch_size=0 must be at least 1.",
     lambda: train(batch_size=0)),
    ("evaluation_samples=0 must be at least 1.",
     lambda: train(evaluation_samples=0)),
    ("workers=0 must be a whole number of at least 1; leave it out for one on each core.",
     lambda: train(workers=0)),
    ("law=Rows gives an array of shape (3, 5) for 3 samples of 5 features; it needs to be (5, 3).",
     lambda: train(Rows())),
    ("a parameter cannot be called 'loss', because the results use that name.",
     lambda: train(model=Misnamed(features=5, hidden=2))),
    ("5 features cannot be split into sets=2 equal sets; choose a divisor.",
     lambda: train(tg.CorrelatedSets(sets=2))),
    ("feature_probability has 3 values for sets=2; give one number or one for each set.",
     lambda: train(tg.CorrelatedSets(sets=2, feature_probability=(0.1, 0.2, 0.3)), model=model(features=6))),
    ("active=6 must be at most the number of features, 5.",
     lambda: train(tg.UnitNorm(of=tg.KActive(active=6)))),
]  # fmt: skip

OVER: list[tuple[str, Mistake]] = [
    ("over['learning_rat'] is no field of this training; did you mean learning_rate?",
     lambda: over({"learning_rat": [0.1]})),
    ("over['colour'] is no field of this training; there are: activation, b1, b2, batch_size,",
     lambda: over({"colour": [1]})),
    ("over['record'] cannot be swept, because all instances share it; train one after the other.",
     lambda: over({"record": [tg.every(1)]})),
    ("over['of'] could be law.of or law.of.of; write the whole path.",
     lambda: over({"of": [tg.OneHot()]}, tg.UnitNorm(of=tg.UnitNorm()))),
    ("over=5 must be a mapping from fields to values, such as {'seed': range(100)}.",
     lambda: over(5)),
    ("over=['seed'] must be a mapping from fields to values, such as {'seed': range(100)}.",
     lambda: over(["seed"])),
    ("over={3: [1]} must be a mapping from fields to values, such as {'seed': range(100)}.",
     lambda: over({3: [1]})),
    ("over['seed'] is empty; give at least one value.",
     lambda: over({"seed": range(0)})),
    ("over['activation']='relu' must be a sequence of values; for one value use ['relu'].",
     lambda: over({"activation": "relu"})),
    ("over['seed']=10 must be a sequence of values; for 10 seeds use range(10).",
     lambda: over({"seed": 10})),
    ("over['seed']={1, 2} must be a sequence of values, in brackets: [...].",
     lambda: over({"seed": {1, 2}})),
    ("over['cell'] zips fields of different lengths {'learning_rate': 2, 'seed': 3}; they need to be equal.",
     lambda: over({"cell": {"learning_rate": [0.1, 0.2], "seed": [1, 2, 3]}})),
    ("over['cell'] zips no fields; give at least one.",
     lambda: over({"cell": {}})),
    ("over['x'] zips seed, which names another axis too; choose another name there.",
     lambda: over({"seed": {"learning_rate": [0.1]}, "x": {"seed": [1, 2]}})),
    ("over['seed'] must hold whole numbers in 0 … 2^64 - 1; for 100 seeds use range(100).",
     lambda: over({"seed": [-1, 2]})),
    ("over['seed'] must hold whole numbers in 0 … 2^64 - 1; for 100 seeds use range(100).",
     lambda: over({"seed": [0.5]})),
    ("over['seed'] must hold whole numbers in 0 … 2^64 - 1; for 100 seeds use range(100).",
     lambda: over({"seed": range(2**64, 2**64 + 2)})),
    ("over['feature_probability']: feature_probability=2.0 must lie in [0, 1]; for sparsity S pass 1 - S.",
     lambda: over({"feature_probability": [0.1, 2]}, tg.SparseUniform())),
    ("over['hidden']: hidden=0 must be at least 1.",
     lambda: over({"hidden": [2, 0]})),
    ("over['optimiser']: optimiser='sgd' must be an Optimiser, such as Adam(...).",
     lambda: over({"optimiser": [tg.Adam(), "sgd"]})),
    ("over['loss'] cannot name an axis, because the results use that name; write over={'another': {'loss': [...]}}.",
     lambda: over({"loss": [tg.SquaredError()]})),
    ("over['W'] cannot name an axis, because the results use that name; choose another.",
     lambda: over({"W": {"learning_rate": [1.0]}})),
    ("over sweeps optimiser.learning_rate twice; keep one of them.",
     lambda: over({"learning_rate": [1.0], "optimiser.learning_rate": [2.0]})),
    ("over sweeps loss.importance twice; keep one of them.",
     lambda: over({"importance[4]": [2.0], "importance[-1]": [1.0]})),
    ("over sweeps loss.importance twice; keep one of them.",
     lambda: over({"importance[4]": [2.0], "importance": [1.0]})),
    ("over['loss.importance[9]'] is outside loss.importance, which has 5 entries.",
     lambda: over({"importance[9]": [1.0]})),
    ("over['learning_rate[0]'] picks an entry of optimiser.learning_rate, which is not a number for each feature.",
     lambda: over({"learning_rate[0]": [1.0]})),
    ("over['seed[0]'] picks an entry of seed, which is not a number for each feature.",
     lambda: over({"seed[0]": [1]})),
    ("over['importance'] mixes single numbers and vectors, or lengths; they need one shape.",
     lambda: over({"importance": [1.0, (1.0, 2.0, 3.0, 4.0, 5.0)]})),
    ("over['learning_rate'] has values that float32 cannot tell apart or hold; take them further apart, or "
     "precision='float64'.",
     lambda: over({"learning_rate": [1.0, 1.0 + 1e-9]})),
    ("over makes 2.15e+09 instances, more than one run can hold; sweep in parts.",
     lambda: over({"seed": range(2**31)})),
    ("over makes 4.29e+09 instances, more than one run can hold; sweep in parts.",
     lambda: over({"seed": range(2**31 - 1), "learning_rate": [1.0, 2.0]})),
    ("over['optimiser.b1'] does not exist for every value of the other axes; set it inside those values.",
     lambda: over({"optimiser": [tg.Adam(), tg.SGD()], "b1": [0.8, 0.9]})),
]  # fmt: skip

RECORDS: list[tuple[str, Mistake]] = [
    ("interval=0 must be at least 1.",
     lambda: tg.every(0)),
    ("count=0 must be at least 1.",
     lambda: tg.log_spaced(0)),
    ("at_steps includes 7, which is not in 0 … 2, the steps of this training.",
     lambda: train(record=tg.at_steps([0, 7]))),
    ("at_steps names no step; give at least one, or leave the record out.",
     lambda: train(record=tg.at_steps([]))),
    ("at=5 must be a sequence; for one value use [5].",
     lambda: tg.at_steps(5)),  # type: ignore[arg-type]
    ("what='weights' cannot be recorded; there are: gradients, loss, parameters. Or pass a function.",
     lambda: tg.every(1, "weights")),  # type: ignore[arg-type]
    ("what=3 must be one of 'loss', 'parameters' or 'gradients', or a function.",
     lambda: tg.every(1, 3)),  # type: ignore[arg-type]
    ("what=loss is recorded twice; name it once, and give each metric a name of its own.",
     lambda: tg.every(1, "loss", loss)),
    ("the metric loss has the name of a result; rename it.",
     lambda: train(record=tg.every(1, loss))),
    ("the metric tilt asks for 'c', which it cannot have; there are: W, b.",
     lambda: train(record=tg.every(1, tilt))),
    ("the metric max hides its arguments; wrap it: def metric(W): ...",
     lambda: train(record=tg.every(1, max))),
    ("what=Twin() needs a name to be recorded under; write it as a def.",
     lambda: tg.every(1, Twin())),
    ("record=5 must be a Record, such as Every(...).",
     lambda: train(record=5)),
]  # fmt: skip

KEPT: list[tuple[str, Mistake]] = [
    ("the kept function tilt asks for 'c', which it cannot have; there are: W, b, loss.",
     lambda: train(keep=(tilt,))),
    ("keep has a function called loss, a name that the results use; rename it.",
     lambda: train(keep=(loss,))),
    ("over['seed'] cannot name an axis, because the results use that name; write over={'another': {'seed': [...]}}.",
     lambda: train(keep=(seed,), over={"seed": range(2)})),
    ("keep has a function called feature, a name that the results use; rename it.",
     lambda: train(keep=(feature,))),
    ("keep has two functions called of_all; rename one.",
     lambda: train(keep=(of_all, of_all))),
    ("the kept function of_all gives an array of shape () for 1 instances; it needs one entry for each of them, along "
     "the first axis.",
     lambda: train(keep=(of_all,))),
    ("over['keep'] cannot be swept, because all instances share it; train one after the other.",
     lambda: train(over={"keep": [(of_all,)]})),
]  # fmt: skip

INTERVENTIONS: list[tuple[str, Mistake]] = [
    ("Short.edit must take (self, model, parameters, key).",
     lambda: train(interventions=[Short(at=1)])),
    ("Returns.edit returned None; it must return an Edit, such as Edit.of(parameters, W=new).",
     lambda: train(interventions=[Returns(at=1, what="nothing")])),
    ("an edit gives W the shape (2, 4); it has (2, 5).",
     lambda: train(interventions=[Returns(at=1, what="part")])),
    ("an edit of 'V' is of no parameter of this model; there are: W, b.",
     lambda: train(interventions=[Returns(at=1, what="other")])),
    ("Returns.edit decides by a value, but it is compiled; choose with jnp.where.",
     lambda: train(interventions=[Returns(at=1, what="if")])),
    (f"Returns.edit fails at line {line_of('W=W @ W')} of test_bad_input.py: TypeError: dot_general requires "
     "contracting dimensions to have the same shape, got (5,) and (2,).",
     lambda: train(interventions=[Returns(at=1, what="product")])),
    ("Returns.edit returned b of shape None; the model's has shape (5,).",
     lambda: train(interventions=[Returns(at=1, what="lost")])),
    ("at=-1 must be a step of the training, 0 or later.",
     lambda: tg.Perturb(at=-1)),
    ("at=1.5 must be a whole number.",
     lambda: tg.Perturb(at=1.5)),
    ("an intervention at step 2 comes too late; the training has steps=2, counted from 0.",
     lambda: train(interventions=[tg.Perturb(at=(2,))])),
    ("parameter='V' is not in this model; there are: W, b.",
     lambda: train(interventions=[tg.Perturb(at=(1,), parameter="V")])),
    ("features=7 is outside 0 … 4, the features of this model.",
     lambda: train(interventions=[tg.Perturb(at=(1,), features=(7,))])),
    ("features=() chooses nothing; leave it out to take all of them.",
     lambda: train(interventions=[tg.Perturb(at=(1,), features=())])),
    ("noise=-1.0 must be finite and not negative.",
     lambda: tg.Perturb(at=(1,), noise=-1)),
    ("interventions=Perturb(...) must be a sequence; for one use interventions=[Perturb(...)].",
     lambda: train(interventions=tg.Perturb(at=(1,)))),
    ("interventions=OneHot() must be an Intervention, such as Perturb(...).",
     lambda: train(interventions=[tg.OneHot()])),
    ("parameter='b2' is not in this model; did you mean b?",
     lambda: train(freeze=[tg.Freeze(parameter="b2")])),
    ("features=9 is outside 0 … 4, the features of this model.",
     lambda: train(freeze=[tg.Freeze(features=(9,))])),
    ("stop=2 must come after start=5; leave it out to hold to the end.",
     lambda: tg.Freeze(start=5, stop=2)),
    ("a freeze from step 50 comes too late; the training has steps=2, counted from 0.",
     lambda: train(freeze=[tg.Freeze(start=50)])),
]  # fmt: skip

SHAPES: list[tuple[str, Mistake]] = [
    ("W of shape (3, 5) has m=3 but a plane needs m=2, shape (..., 2, n); ",
     lambda: tg.geometry.planar_arrangement(np.ones((3, 5)))),
    ("W of shape (3, 5) must have shape (k, 2, n): wheels are for two hidden dimensions.",
     lambda: tg.plots.wheels(np.ones((3, 5)), np.ones(5), ["one"])),
    ("there is no experiment 'intros'; did you mean intro?",
     lambda: find("intros")),
    ("size='tiny' must be one of quick, standard, paper.",
     lambda: find("intro", "tiny")),
]  # fmt: skip

JSON: list[tuple[str, str]] = [
    ("this is not JSON at line 1, column 2; it needs the text that json_text() writes.",
     "{"),
    ("'[]' is no mapping; this needs the JSON text that json_text() writes.",
     "[]"),
    ("kind='Trainin' is no kind of Training; did you mean Training?",
     '{"kind": "Trainin"}'),
    ("kind=[] is no kind of Training; there are: Training.",
     '{"kind": []}'),
    ("kind='Autoencodr' is no kind of Network; did you mean Autoencoder?",
     '{"kind": "Training", "model": {"kind": "Autoencodr", "features": 5, "hidden": 2}}'),
    ("kind='Model' is no kind of Network; there are: ",
     '{"kind": "Training", "model": {"kind": "Model", "features": 5, "hidden": 2}}'),
    ("{'features': 5, 'hidden': 2} needs 'kind', the name of a Network; there are: ",
     '{"kind": "Training", "model": {"features": 5, "hidden": 2}}'),
    ("Training has no field 'modl'; did you mean model?",
     '{"kind": "Training", "modl": {"kind": "Autoencoder", "features": 5, "hidden": 2}}'),
    ("Autoencoder has no field 'hiden'; did you mean hidden?",
     '{"kind": "Training", "model": {"kind": "Autoencoder", "features": 5, "hiden": 2}}'),
    ("hidden=0 must be at least 1.",
     '{"kind": "Training", "model": {"kind": "Autoencoder", "features": 5, "hidden": 0}}'),
    ("Training needs model; pass model=...",
     '{"kind": "Training"}'),
    ("over['seed']={'range': [0, 3, 0]} must hold start, stop and step.",
     '{"kind": "Training", "model": {"kind": "Autoencoder", "features": 5, "hidden": 2}, '
     '"over": [["seed", {"range": [0, 3, 0]}]]}'),
    ("over=[['seed']] must be a mapping from fields to values, such as {'seed': range(100)}.",
     '{"kind": "Training", "model": {"kind": "Autoencoder", "features": 5, "hidden": 2}, "over": [["seed"]]}'),
]  # fmt: skip

AT: list[tuple[str, dict[str, Any]]] = [
    ("this run has no axis 'seeds'; did you mean seed?", {"seeds": 1}),
    ("seed=7 is not on that axis; it holds 0, 1, 2.", {"seed": 7}),
    ("seed='a' is not on that axis; it holds 0, 1, 2.", {"seed": "a"}),
    ("feature=9 is not on that axis; it holds 0, 1, 2, 3, 4.", {"feature": 9}),
    ("learning_rate=0.15 is not on that axis; it holds 0.1, 0.2.", {"learning_rate": 0.15}),
]


def one_sentence(mistake: Mistake) -> str:
    """What `BadInput` says of a mistake: one line in plain words."""
    with pytest.raises(tg.BadInput) as caught:
        mistake()
    said = str(caught.value)
    assert said == said.strip()
    assert len(said.splitlines()) == 1
    assert said[-1] in ".?!"
    for jargon in ("Traceback", "pydantic", "Input should", "validation error", "<class", "array(", "[type="):
        assert jargon not in said
    return said


def fits(said: str, sentence: str) -> None:
    """Word for word where the sentence has an end, else as far as it goes."""
    assert said == sentence if sentence[-1] in ".?" else said.startswith(sentence)


def parametrised(mistakes: Sequence[tuple[str, object]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("sentence", "mistake"), mistakes, ids=[sentence for sentence, _ in mistakes])


@parametrised(FIELDS + TRAININGS + OVER + RECORDS + KEPT + INTERVENTIONS + SHAPES)
def test_a_mistake_is_one_helpful_sentence(sentence: str, mistake: Mistake) -> None:
    fits(one_sentence(mistake), sentence)


@parametrised(JSON)
def test_a_spec_that_cannot_be_read_says_why(sentence: str, mistake: str) -> None:
    fits(one_sentence(lambda: tg.Training.read(mistake)), sentence)


@parametrised(AT)
def test_a_place_that_is_not_in_the_run(sentence: str, mistake: dict[str, Any], run: tg.Run) -> None:
    assert one_sentence(lambda: run.at(**mistake)) == sentence


def test_a_long_axis_is_not_recited() -> None:
    run = train(over={"seed": range(500)}, steps=1)
    assert one_sentence(lambda: run.at(seed=999)) == "seed=999 is not on that axis; it holds 0, 1, 2, …, 499."


def test_a_measure_of_what_is_not_there(run: tg.Run) -> None:
    norms = tg.geometry.norms
    assert one_sentence(lambda: run.measure(norms, "feature", parameter="b")) == (
        "parameter='b' is no matrix of this run; there are: W."
    )
    assert one_sentence(lambda: run.measure(norms)) == (
        'axes=() must name what the metric returns of each W, 1 axes here: run.measure(metric, "axis_0").'
    )


def test_an_unknown_attribute_is_an_attribute_error_with_the_same_grammar(run: tg.Run) -> None:
    with pytest.raises(AttributeError, match=r"^this run has no 'los'; did you mean loss\?$"):
        _ = run.los
    with pytest.raises(AttributeError, match=r"^module 'tegum' has no attribute 'Autoencodr'; did you mean Auto"):
        _ = tg.Autoencodr
    assert not hasattr(run, "bogus")


def test_an_endless_value_is_cut() -> None:
    said = one_sentence(lambda: tg.SparseUniform(feature_probability="a\nb" * 999))
    assert len(said) < 130
    assert "…" in said


def test_nothing_is_trained_before_the_mistake_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the first of two structures, when the second is wrong."""
    monkeypatch.setattr("tegum.training.ensemble._train", lambda *_: pytest.fail("something was trained"))
    one_sentence(lambda: over({"law": [tg.OneHot(), tg.KActive(active=6)]}))
    one_sentence(lambda: train(record=tg.every(1, tilt)))


def test_a_metric_that_mixes_instances_is_told_so() -> None:
    run = tg.train(model(), tg.OneHot(), steps=1, over={"seed": range(2)})
    sentence = (
        "the metric mixed instances: of W (2, 2, 5) it returned (); it takes W (..., latent, feature) and must keep"
    )
    fits(one_sentence(lambda: run.measure(lambda W: W.sum())), sentence)


class Unkeyed(tg.Law):
    def sample(self, key: Any, features: int, samples: int) -> Any:
        return jnp.asarray(np.random.default_rng(0).random((features, samples)))


def test_a_law_that_ignores_its_key_is_told_so() -> None:
    sentence = (
        "Unkeyed.sample does not use its key, so every step would see the same samples; draw them by jax.random from "
        "key, not by np.random."
    )
    fits(one_sentence(lambda: tg.train(model(), Unkeyed(), steps=1)), sentence)

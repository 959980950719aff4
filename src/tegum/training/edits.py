"""Interventions on whole columns of W: put one in, turn some, splay some away from a direction.

All of them forget the optimiser's memory of what they change.
"""

from abc import abstractmethod
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array
from pydantic import field_validator

from tegum.errors import BadInput
from tegum.spec import Finite, Numbers
from tegum.toy.models import Network, Parameters, Shapes
from tegum.training.interventions import Edit, Intervention, check_entries


class _Columns(Intervention):
    """An edit of columns of W, of some features or of all."""

    features: tuple[int, ...] | None = None

    def check(self, model: Network, shapes: Shapes) -> None:
        check_entries("W", self.features, model, shapes)

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        W = parameters["W"]
        chosen = slice(None) if self.features is None else jnp.asarray(self.features)
        return Edit.of(parameters, W=W.at[:, chosen].set(self.moved(W[:, chosen])))

    @abstractmethod
    def moved(self, columns: Array) -> Array:
        """The new columns (m, k) of the chosen ones."""


class Implant(Intervention):
    """Give one feature a column, and a bias where one is given: W_i ← column, b_i ← bias.

    column: m numbers. bias: None leaves b_i as it is. The optimiser's memory of these entries is forgotten, even where
    they had these values before.
    """

    feature: int
    column: Numbers
    bias: Finite | None = None

    def edit(self, model: Any, parameters: Parameters, key: Any) -> Edit:
        W = parameters["W"]
        mine = jnp.arange(W.shape[1]) == self.feature
        column = jnp.asarray(self.column, W.dtype)
        edit = Edit.where(parameters, "W", jnp.broadcast_to(mine, W.shape), column[:, None])
        if self.bias is None:
            return edit
        bias = Edit.where(edit.parameters, "b", mine, jnp.asarray(self.bias, W.dtype))
        return Edit(bias.parameters, {**edit.touched, "b": bias.touched["b"]})

    def check(self, model: Network, shapes: Shapes) -> None:
        for name in ("W",) if self.bias is None else ("W", "b"):
            check_entries(name, (self.feature,), model, shapes)
        _check_latent("column", self.column, model)


class Rotate(_Columns):
    """Turn columns by `angle` radians in the plane of two latent axes, from the first towards the second.

    With axes (k, l): W_k ← W_k cos α − W_l sin α, W_l ← W_k sin α + W_l cos α.
    """

    angle: Finite
    axes: tuple[int, int] = (0, 1)

    @field_validator("axes")
    @classmethod
    def _two(cls, axes: tuple[int, int]) -> tuple[int, int]:
        if axes[0] == axes[1] or min(axes) < 0:
            raise ValueError(f"axes={axes} must be two different latent axes, such as (0, 1).")
        return axes

    def check(self, model: Network, shapes: Shapes) -> None:
        super().check(model, shapes)
        if max(self.axes) >= model.sizes.hidden:
            raise BadInput(
                f"axes={self.axes} reach outside 0 … {model.sizes.hidden - 1}, the latent axes of this model."
            )

    def moved(self, columns: Array) -> Array:
        from_, to = columns[self.axes[0]], columns[self.axes[1]]
        cos, sin = jnp.cos(self.angle), jnp.sin(self.angle)
        turned = columns.at[self.axes[0]].set(cos * from_ - sin * to)
        return turned.at[self.axes[1]].set(sin * from_ + cos * to)


class Splay(_Columns):
    """Turn columns away from a direction, each by as much as it lies across it, at constant lengths.

    W_i ← ‖W_i‖ (Ŵ_i − amount d̂) / ‖Ŵ_i − amount d̂‖, with d = `away`, m numbers of whatever length. A column along ±d̂
    keeps its direction as long as amount < 1; a negative amount gathers columns at d. One that would become zero stays.
    """

    away: Numbers
    amount: Finite

    @field_validator("away")
    @classmethod
    def _somewhere(cls, away: tuple[float, ...]) -> tuple[float, ...]:
        if not any(away):
            raise ValueError(f"away={away} has no direction; give at least one number that is not 0.")
        return away

    def check(self, model: Network, shapes: Shapes) -> None:
        super().check(model, shapes)
        _check_latent("away", self.away, model)

    def moved(self, columns: Array) -> Array:
        away = jnp.asarray(self.away, columns.dtype)
        length = jnp.linalg.norm(columns, axis=0)
        pushed = columns - self.amount * length * (away / jnp.linalg.norm(away))[:, None]
        size = jnp.linalg.norm(pushed, axis=0)
        return jnp.where(size > 0, pushed * (length / jnp.where(size > 0, size, 1)), columns)


def _check_latent(name: str, numbers: tuple[float, ...], model: Network) -> None:
    if len(numbers) != model.sizes.hidden:
        raise BadInput(
            f"{name} has {len(numbers)} numbers; this model has hidden={model.sizes.hidden}, which needs as many."
        )

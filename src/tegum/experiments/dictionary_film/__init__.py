"""A film: small dictionaries learn the features of toy models in a plane; latents die, and remedies revive them."""

from typing import Any, ClassVar

from pydantic import field_validator

from tegum.claims import Judged
from tegum.experiments.dictionary_film import settings
from tegum.experiments.dictionary_film.figures import panels
from tegum.experiments.dictionary_film.judging import judged
from tegum.experiments.experiment import Experiment, Panel, Runs, some_of
from tegum.own import OwnClass, own_class
from tegum.sae.remedies import Remedy
from tegum.spec import Count
from tegum.training.training import Training


class DictionaryFilm(Experiment):
    """Latents of toy models with five features in two dimensions; dictionaries of eight latents, one arm a remedy."""

    title: ClassVar[str] = "A dictionary on film"
    source: ClassVar[str] = "Optimization Failure (2024), Anthropic's Resampling Procedure, A Possible New Method"
    lede: ClassVar[str] = (
        "Five features in superposition in a plane, and a sparse autoencoder that is to find them: all of it can be "
        "seen. Latents die while features are still to be found, and stay dead. At four steps remedies take hold of "
        "the dead. What they gain depends on how far the revived reach, and on what the optimiser remembers."
    )
    recipe: ClassVar[dict[str, Any]] = {}
    sizes: ClassVar[dict[str, dict[str, Any]]] = {
        "quick": {"seeds": 20, "remedies": (settings.PUBLISHED, settings.FULL, settings.LETTER), "references": ()},
        "standard": {},
        "paper": {"seeds": 1000},
    }

    seeds: Count = 300
    latents: Count = 8
    steps: Count = 3000
    remedies: tuple[str, ...] = tuple(settings.REMEDIES)
    references: tuple[str, ...] = settings.REFERENCES
    own: OwnClass | None = None
    filmed: int | None = None

    @field_validator("remedies", "references")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: Any) -> tuple[str, ...]:
        known = settings.REMEDIES if info.field_name == "remedies" else settings.REFERENCES
        return some_of(info.field_name, given, known, empty=True)

    @field_validator("latents")
    @classmethod
    def _enough(cls, latents: int) -> int:
        if latents < settings.FEATURES:
            raise ValueError(f"latents={latents} must be at least {settings.FEATURES}, as many as there are features.")
        return latents

    @field_validator("steps")
    @classmethod
    def _long_enough(cls, steps: int) -> int:
        least = settings.FIRST + settings.WINDOW
        if steps < least:
            raise ValueError(f"steps={steps} must be at least {least}, so that a remedy acts.")
        return steps

    @field_validator("filmed")
    @classmethod
    def _there(cls, filmed: int | None, info: Any) -> int | None:
        seeds = info.data.get("seeds")  # None where those were refused
        if filmed is not None and seeds is not None and not 0 <= filmed < seeds:
            raise ValueError(f"filmed={filmed} must be the place of a dictionary, 0 … {seeds - 1}.")
        return filmed

    def trainings(self) -> dict[str, Training]:
        own = None if self.own is None else own_class(self.own, Remedy)
        arms = (settings.NOTHING, *self.remedies, *([] if own is None else [settings.OWN]), *self.references)
        return {arm: settings.training(arm, self.seeds, self.latents, self.steps, own) for arm in arms}

    def claims(self, runs: Runs) -> list[Judged]:
        return judged(runs)

    def panels(self, runs: Runs) -> list[Panel]:
        return panels(runs, self.filmed)


EXPERIMENT = DictionaryFilm

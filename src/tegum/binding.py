"""Bind finished runs into a book: which of them, how large, and how long they took."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tegum.conduct import command, name_and_digest, nearest, rewritten, told
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Experiment
from tegum.report.book import Chapter, book
from tegum.runs.store import Folder

TITLE = "Toy models of superposition"


@dataclass(frozen=True)
class Shelf:
    """Finished runs, parted into those that a book takes and those that it leaves out.

    older: runs that another of the same experiment and size stands for. strange: those whose specification this version
    does not know. damaged: what is wrong with those that cannot be read, a sentence each.
    """

    chosen: list[Folder]
    older: list[Folder]
    strange: list[Folder]
    damaged: list[str]

    @property
    def left_out(self) -> str:
        """What is left out and why, in words; empty where nothing is."""
        parts = []
        if self.older:
            parts.append(f"{_runs(self.older)}, where another of the same experiment and size is newer or unchanged")
        if self.strange:
            parts.append(f"{_runs(self.strange)}, whose specification this version does not know")
        way = " tegum report --all binds the former, too." if self.older else ""
        said = [f"Left out: {'; '.join(parts)}.{way}"] if parts else []
        return " ".join([*said, *(f"Left out: {sentence}" for sentence in self.damaged)])


def shelf(folders: list[Folder], *, every: bool = False) -> Shelf:
    """Sort finished runs: of each experiment and size the newest, one without changed fields before others.

    every: take all runs that this version can read.
    """
    ranked: dict[tuple[str, int], list[tuple[bool, str, str, Folder]]] = {}
    strange, damaged = [], []
    for folder in folders:
        try:
            experiment, finished = _known(folder), str(told(folder).get("finished", ""))
        except BadInput as error:
            damaged.append(str(error))
            continue
        if experiment is None:
            strange.append(folder)
            continue
        size, changes = nearest(experiment)
        place = name_and_digest(folder)[0], list(experiment.sizes).index(size)
        ranked.setdefault(place, []).append((not changes, finished, folder.path.name, folder))
    sorted_ = [[run[-1] for run in sorted(ranked[place], reverse=True)] for place in sorted(ranked)]
    chosen = [folder for runs in sorted_ for folder in (runs if every else runs[:1])]
    older = [] if every else [folder for runs in sorted_ for folder in runs[1:]]
    return Shelf(chosen, older, strange, damaged)


def bound(found: Shelf, output: Path) -> Shelf:
    """Write the book of the chosen runs to `output`, and their pages anew; what proves to be damaged is left out.

    Raises `BadInput` where nothing else is there.
    """
    chapters, good, damaged = [], [], [*found.damaged]
    for folder in found.chosen:
        try:
            chapters.append(_chapter(folder))
            good.append(folder)
        except BadInput as error:
            damaged.append(str(error))
    if damaged and not chapters:
        raise BadInput(damaged[0])
    done = Shelf(good, found.older, found.strange, damaged)
    Folder(output.parent).write(output.name, book(TITLE, chapters, done.left_out))
    return done


def _known(folder: Folder) -> Experiment | None:
    """The experiment of a run; None where this version has no such experiment, or it has other fields now."""
    text, name = json.dumps(folder.json("spec.json")), name_and_digest(folder)[0]
    try:
        return type(find(name)).read(text)
    except BadInput:
        return None


def _chapter(folder: Folder) -> Chapter:
    experiment, panels, claims, facts = rewritten(folder)
    name = name_and_digest(folder)[0]
    size, changes = nearest(experiment)
    return Chapter(
        folder.path.name, experiment.title, experiment.lede, panels, claims, command(experiment, name), name,
        f"{size}, changed" if changes else size, _times(facts), experiment.departures(),
    )  # fmt: skip


def _times(facts: dict[str, Any]) -> dict[str, Any]:
    """What the table of times shows; runs of older versions lack some of it."""
    return {key: facts.get(key) for key in ("seconds", "processor_seconds", "workers", "finished", "resumed")}


def _runs(folders: list[Folder]) -> str:
    names = ", ".join(folder.path.name for folder in folders)
    return f"{len(folders)} {'run' if len(folders) == 1 else 'runs'} ({names})"

"""Conduct an experiment: train into its folder, judge, draw, write the page."""

import dataclasses
import json
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tegum.claims import Judged
from tegum.errors import BadInput
from tegum.experiments import find
from tegum.experiments.experiment import Experiment, Panel
from tegum.report.page import page
from tegum.runs.provenance import Stopwatch, provenance
from tegum.runs.store import DONE, Folder

ROOT = Path("runs")


def conduct(
    experiment: Experiment,
    name: str,
    *,
    into: Path = ROOT,
    force: bool = False,
    workers: int | None = None,
    progress: bool | None = None,
) -> Folder:
    """Run an experiment, or go on with it where an earlier attempt stopped; return at once when it is done.

    The folder then holds spec.json, data.zarr (where something was trained), figures/*.json, claims.json, report.html
    and provenance.json.
    """
    folder = Folder.create(into, name, experiment)
    if force:
        folder.clear()
    trainings = experiment.trainings()
    if _finished(folder, trainings):
        return folder
    watch, resumed = Stopwatch(), folder.begun
    with folder.alone():
        runs = {
            key: folder.train(key, training, workers=workers, progress=progress) for key, training in trainings.items()
        }
        claims = experiment.claims(runs)
        panels = experiment.panels(runs)
        facts = provenance(trainings.values(), watch.seconds(), resumed=resumed, workers=workers)
        _write(folder, experiment, name, panels, claims, facts)
    return folder


def _finished(folder: Folder, trainings: Iterable[str]) -> bool:
    """Whether all is there; a file that its reader removed, because it was damaged, is written again."""
    if not folder.has(DONE) or not folder.has("panels.json"):
        return False
    names = [f"figures/{panel['name']}.json" for panel in _entries(folder, "panels.json", {"name"})]
    data = [f"data.zarr/{key}" for key in trainings]
    return all(folder.has(name) for name in (*data, "claims.json", "report.html", *names))


def _write(
    folder: Folder,
    experiment: Experiment,
    name: str,
    panels: list[Panel],
    claims: list[Judged],
    facts: dict[str, Any],
) -> None:
    """All files but the data, and last of all the one that says so."""
    for panel in panels:
        folder.write(f"figures/{panel.name}.json", panel.figure.to_json())
    folder.write("panels.json", json.dumps([_words(panel) for panel in panels], indent=2))
    folder.write("claims.json", json.dumps([claim.as_dict() for claim in claims], indent=2, allow_nan=False))
    # From the stored figures, whose JSON has one order, so that the page can be written anew as it was.
    folder.write("report.html", _page(folder, experiment, name, _panels(folder), claims, facts))
    folder.write(DONE, json.dumps(facts, indent=2))


def opened(folder: Folder) -> tuple[Experiment, list[Panel], list[Judged], dict[str, Any]]:
    """A finished run as it was written: experiment, figures, claims, provenance."""
    facts = told(folder)
    name, _ = name_and_digest(folder)
    experiment = type(find(name)).read(json.dumps(folder.json("spec.json")))
    claims = [Judged(**_numbers(entry)) for entry in _entries(folder, "claims.json", _names(Judged) - {"reason"})]
    return experiment, _panels(folder), claims, facts


def told(folder: Folder) -> dict[str, Any]:
    """The provenance of a finished run."""
    facts = folder.json(DONE)
    if not isinstance(facts, dict) or not {"seconds", "versions"} <= set(facts):
        raise folder.damaged(DONE)
    return facts


def _panels(folder: Folder) -> list[Panel]:
    """The stored figures with their words."""
    entries = _entries(folder, "panels.json", _names(Panel) - {"figure"})
    return [Panel(**words, figure=_figure(folder, f"figures/{words['name']}.json")) for words in entries]


def _figure(folder: Folder, file: str) -> Any:
    import plotly.io

    stored = folder.json(file)
    try:
        if isinstance(stored, dict):
            return plotly.io.from_json(json.dumps(stored))
    except (TypeError, ValueError):
        pass
    raise folder.damaged(file)


def _entries(folder: Folder, file: str, names: set[str]) -> list[dict[str, Any]]:
    """A file that lists mappings which have all these names."""
    entries = folder.json(file)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and names <= set(entry) for entry in entries):
        raise folder.damaged(file)
    return entries


def _names(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def rewritten(folder: Folder) -> tuple[Experiment, list[Panel], list[Judged], dict[str, Any]]:
    """Write a finished run's page anew from what is stored, which is returned as by `opened`."""
    experiment, panels, claims, facts = opened(folder)
    name, _ = name_and_digest(folder)
    folder.write("report.html", _page(folder, experiment, name, panels, claims, facts))
    return experiment, panels, claims, facts


def name_and_digest(folder: Folder) -> tuple[str, str]:
    """The two halves of a run folder's name. Raises `BadInput` for another folder."""
    name, _, digest = folder.path.name.rpartition("-")
    if not name:
        raise BadInput(
            f"{folder.path} is not a run folder; those are called NAME-DIGEST, such as runs/intro-0123456789."
        )
    return name, digest


def command(experiment: Experiment, name: str) -> str:
    """The shortest command that runs this very spec."""
    size, changed = nearest(experiment)
    changes = "".join(f" --set {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in changed.items())
    return f"tegum run {name} --size {size}{changes}"


def nearest(experiment: Experiment) -> tuple[str, dict[str, Any]]:
    """The size from which the fewest fields differ, and those fields."""
    changes = {size: _changes(experiment, size) for size in experiment.sizes}
    size = min(changes, key=lambda size: len(changes[size]))
    return size, changes[size]


def _changes(experiment: Experiment, size: str) -> dict[str, Any]:
    ours = experiment.plain()
    theirs = type(experiment)(**experiment.sizes[size]).plain()
    return {key: value for key, value in ours.items() if value != theirs[key]}


def _page(
    folder: Folder,
    experiment: Experiment,
    name: str,
    panels: list[Panel],
    claims: list[Judged],
    facts: dict[str, Any],
) -> str:
    reproduce = {"Run it again": command(experiment, name)}
    for first in [*experiment.trainings()][:1]:
        data = f"runs/{folder.path.name}/data.zarr"
        reproduce["Open its data"] = f'xarray.open_zarr("{data}", group="{first}", consolidated=False)'
    return page(
        title=experiment.title,
        lede=experiment.lede,
        figures=panels,
        claims=claims,
        spec_json=experiment.json_text(indent=2),
        provenance=_flat(facts),
        reproduce=reproduce,
        made_by=command(experiment, name),
        departures=experiment.departures(),
    )


def _words(panel: Panel) -> dict[str, str]:
    return {"name": panel.name, "title": panel.title, "caption": panel.caption}


def _numbers(entry: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: what was not finite was written as null."""
    limits = {"value": float("nan"), "low": float("-inf"), "high": float("inf")}
    return {key: limits[key] if value is None and key in limits else value for key, value in entry.items()}


def _flat(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as words, for a table."""
    words = {key: value for key, value in facts.items() if key not in ("versions", "resumed") and value != []}
    if facts.get("resumed"):
        words["resumed"] = "yes: these seconds are those of the last attempt"
    texts = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in words.items()}
    return {key.replace("_", " "): text for key, text in texts.items()} | {
        "versions": ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    }

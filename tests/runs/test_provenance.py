"""Where a result came from."""

import datetime
import importlib.metadata
import json
import threading
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import tegum as tg
from tegum.runs.provenance import PACKAGES, Stopwatch, provenance
from tegum.training.ensemble import default_workers

SPENT = {"seconds": 1.2, "processor_seconds": 2.3}


def training(**fields: Any) -> tg.Training:
    return tg.Training(model=tg.Autoencoder(features=3, hidden=2), **fields)


def test_the_facts_are_those_of_this_machine_and_this_moment() -> None:
    facts = json.loads(json.dumps(provenance([training()], SPENT)))
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(facts["finished"])
    assert datetime.timedelta(0) <= age < datetime.timedelta(seconds=60)
    assert (facts["seconds"], facts["processor_seconds"], facts["resumed"]) == (1.2, 2.3, False)
    assert facts["workers"] == default_workers()
    assert facts["device"].startswith(jax.devices()[0].platform)
    assert facts["versions"]["numpy"] == np.__version__
    assert set(facts["versions"]) == set(PACKAGES)
    assert all(facts[name] for name in ("python", "system", "processor", "reproduction"))


def test_the_packages_are_those_that_make_numbers_and_files() -> None:
    assert {"tegum", "jax", "jaxlib", "numpy", "optax", "xarray", "zarr"} <= set(PACKAGES)
    assert all(importlib.metadata.version(name) for name in PACKAGES)


def test_a_stopwatch_counts_the_work_of_all_threads_and_no_waiting() -> None:
    def work(until: float) -> None:
        while time.process_time() < until:
            np.linalg.svd(np.ones((40, 40)))

    watch = Stopwatch()
    time.sleep(0.3)
    waited = watch.seconds()
    worker = threading.Thread(target=work, args=(time.process_time() + 0.3,))
    worker.start()
    worker.join()
    spent = watch.seconds()
    assert waited["seconds"] >= 0.3
    assert waited["processor_seconds"] <= 0.2
    assert spent["processor_seconds"] >= waited["processor_seconds"] + 0.2


def test_a_run_that_was_begun_before_says_so() -> None:
    assert provenance([training()], SPENT, resumed=True)["resumed"] is True


def test_workers_are_those_that_worked() -> None:
    assert provenance([training()], SPENT, workers=7)["workers"] == 7


def test_every_precision_is_named_once() -> None:
    swept = training(over={"precision": ["float64", "float32"], "seed": range(3)})
    assert provenance([training(), swept], SPENT)["precision"] == ["float32", "float64"]
    assert provenance([training(), training(seed=1)], SPENT)["precision"] == ["float32"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("vendor_id : x\nmodel name\t: A Chip: 9\nmodel name : Other\n", "A Chip: 9"), ("nothing\n", None), (None, None)],
    ids=["linux", "no name", "no file"],
)
def test_the_processor_has_some_name(text: str | None, name: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_text

    def read(self: Path, *how: Any, **else_: Any) -> str:
        if self != Path("/proc/cpuinfo"):
            return real(self, *how, **else_)
        if text is None:
            raise FileNotFoundError
        return text

    monkeypatch.setattr(Path, "read_text", read)
    found = provenance([training()], SPENT)["processor"]
    assert found == name if name else found

"""Where a result came from: versions, machine, precision, time."""

import datetime
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jax

from tegum.training.axes import Grid
from tegum.training.ensemble import default_workers
from tegum.training.training import Training

PACKAGES = ("tegum", "jax", "jaxlib", "optax", "numpy", "xarray", "zarr", "plotly")
REPRODUCTION = (
    "On one kind of machine with these versions every number comes out the same, bit for bit, however the work is "
    "divided. On another kind of machine rounding differs; training amplifies it, so single runs may end elsewhere, "
    "while rates agree within their intervals."
)


def provenance(trainings: Iterable[Training], seconds: float, workers: int | None = None) -> dict[str, Any]:
    """What to know about a finished run, as JSON values. `workers` as it was asked for."""
    device = jax.devices()[0]
    return {
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "device": f"{device.platform}: {device.device_kind}",
        "workers": workers or default_workers(),
        "precision": sorted({group.training.precision for training in trainings for group in Grid(training).groups}),
        "reproduction": REPRODUCTION,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"

"""Where a result came from: versions, machine, precision, time."""

import datetime
import importlib.metadata
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Stopwatch:
    """Seconds since it was made: by the clock on the wall, and those that this process's threads computed, together.

    The second hardly depends on what else the machine does meanwhile.
    """

    wall: float = field(default_factory=time.monotonic)
    processor: float = field(default_factory=time.process_time)

    def seconds(self) -> dict[str, float]:
        return {
            "seconds": round(time.monotonic() - self.wall, 1),
            "processor_seconds": round(time.process_time() - self.processor, 1),
        }


def provenance(
    trainings: Iterable[Training], seconds: dict[str, float], *, resumed: bool = False, workers: int | None = None
) -> dict[str, Any]:
    """What to know about a finished run, as JSON values.

    seconds: as a `Stopwatch` says. resumed: whether part of the work was done before that watch was started. workers:
    as they were asked for.
    """
    device = jax.devices()[0]
    return {
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        **seconds,
        "resumed": resumed,
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

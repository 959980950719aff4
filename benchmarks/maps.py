"""How fast maps of recovery are, and what memory they need.

python benchmarks/maps.py [--pixels 256 512] [--steps 10000]

Each size runs in a process of its own, twice: the first time pays for compilation. Reported are seconds of the second,
model-steps per second, and the process's largest memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

CHILD = "--child"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pixels", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument(CHILD, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measured(given.pixels[0], given.steps)))
        return
    for pixels in given.pixels:
        command = [sys.executable, __file__, CHILD, "--pixels", str(pixels), "--steps", str(given.steps)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        work = pixels**2 * given.steps
        print(
            f"{pixels} x {pixels}, {given.steps} steps: {found['seconds']:.1f} s, "
            f"{work / found['seconds'] / 1e6:.1f} M model-steps/s, {found['memory']:.2f} GiB at most"
        )


def measured(pixels: int, steps: int) -> dict[str, Any]:
    """Seconds for AdamW's map after compilation, and the largest memory of this process in GiB."""
    from tegum.failure.maps import Region, perturbed
    from tegum.training.optimisers import AdamW
    from tegum.training.run import execute

    region = Region((-0.3, 0.3), (1e-4, 0.3))
    execute(perturbed(AdamW(), steps, over=region.over(2)))
    began = time.perf_counter()
    execute(perturbed(AdamW(), steps, over=region.over(pixels)))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


if __name__ == "__main__":
    main()

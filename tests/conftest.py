"""Shapes and types are checked at run time, in tests only, and not in those of whole experiments, where that is a fifth
of the time. Where TEGUM_GATE is set, a skip is a failure, and random examples are the same in every run."""

import gc
import os
from collections.abc import Generator

import jaxtyping
import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

GATE = bool(os.environ.get("TEGUM_GATE"))
if GATE:
    settings.load_profile("ci")
gc.set_threshold(50_000, 20, 20)  # compiled programs are many objects, and hardly any are garbage

# Not the modules that hold Pydantic's validators only: its types cannot be checked so, and it checks for itself.
CHECKED = [
    "toy",
    "geometry",
    "training.loop",
    "training.ensemble",
    "training.axes",
    "training.run",
    "training.optimisers",
]
install_import_hook([f"tegum.{name}" for name in CHECKED], "beartype.beartype")


@pytest.fixture(scope="module", autouse=True)
def _checked(request: pytest.FixtureRequest) -> Generator[None, None, None]:
    jaxtyping.config.update("jaxtyping_disable", "experiments" in request.path.parts)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="module", autouse=True)
def _compiled_programs_stay() -> Generator[None, None, None]:
    """What outlives a module, compiled programs above all, is not searched for garbage again and again."""
    yield
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and GATE:
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {report.longrepr}"
    return report

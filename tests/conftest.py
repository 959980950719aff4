"""Shapes and types are checked at run time, in tests only; where TEGUM_FORBID_SKIPS is set, a skip is a failure."""

import gc
import os
from collections.abc import Generator

import pytest
from jaxtyping import install_import_hook

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
def _compiled_programs_stay() -> Generator[None, None, None]:
    """What a module leaves behind, compiled programs above all, is not searched for garbage again and again."""
    yield
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("TEGUM_FORBID_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where skips are forbidden: {report.longrepr}"
    return report

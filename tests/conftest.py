"""Shapes and types of the whole package are checked at run time, in tests only."""

from jaxtyping import install_import_hook

install_import_hook(["tegum.toy", "tegum.geometry", "tegum.training"], "beartype.beartype")

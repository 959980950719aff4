"""What can be used is listed, from the classes themselves."""

import importlib

import pytest

from tegum.catalogue import Entry, catalogue, entries
from tegum.errors import BadInput


def test_every_public_spec_that_can_be_made_is_there_once() -> None:
    listed = [(entry.home, entry.name) for entry in catalogue()]
    assert len(listed) == len(set(listed))
    for name in ("OneHot", "Hierarchical", "UntiedAutoencoder", "ExactError", "Optax", "Splay"):
        assert ("tegum", name) in listed
    for name in ("Stored", "SparseAutoencoder", "SparseError", "AuxK", "Resample", "JumpReLU", "GivenDirections"):
        assert ("tegum.sae", name) in listed
    assert not {name for _, name in listed} & {"Law", "Network", "Model", "Remedy", "Informed", "Code"}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: f"{entry.home}.{entry.name}")
def test_an_entry_says_what_its_class_does(entry: Entry) -> None:
    kind = getattr(importlib.import_module(entry.home), entry.name)
    assert entry.line.endswith((".", ":"))
    assert [field.name for field in entry.fields] == list(kind.model_fields)
    assert all(field.takes and "value" not in field.takes for field in entry.fields)


def test_a_field_in_words() -> None:
    (found,) = entries("SparseAutoencoder")
    told = {field.name: (field.takes, field.default, field.needed) for field in found.fields}
    assert told["latents"] == ("whole number, at least 1", None, True)
    assert told["decoder"] == ('"unit" or "free"', "unit", False)
    assert told["code"] == ("Code", {"kind": "ReLU"}, False)
    (rate,) = [field.takes for field in entries("Adam")[0].fields if field.name == "learning_rate"]
    assert rate == "number, finite and not negative"


def test_a_name_in_two_places_gives_both() -> None:
    assert [entry.home for entry in entries("Repel")] == ["tegum.sae", "tegum.failure.remedies"]


def test_an_unknown_name() -> None:
    with pytest.raises(BadInput, match=r"there is no spec 'SparseUnifrom'; did you mean SparseUniform\?"):
        entries("SparseUnifrom")

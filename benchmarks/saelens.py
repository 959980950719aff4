"""The real SAELens beside our exchange of dictionaries; docs/log.md says which version was tried.

It has many dependencies and wants an environment of its own: `pip install torch sae-lens`. Two commands:

    python benchmarks/saelens.py write tests/sae/saelens
        small dictionaries that the library made, each with inputs x and its own answers f and y (answers.safetensors)
    python benchmarks/saelens.py read FOLDER...
        how far the library's answers are from those stored beside dictionaries of either origin
"""

import sys
from pathlib import Path
from typing import Any

import torch
from sae_lens import (
    SAE,
    BatchTopKTrainingSAE,
    BatchTopKTrainingSAEConfig,
    JumpReLUSAE,
    JumpReLUSAEConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
)
from safetensors.torch import load_file, save_file

SIZES = {"d_in": 4, "d_sae": 6}
ANSWERS = "answers.safetensors"


def dictionaries() -> dict[str, Any]:
    """One for each case that a reader has to tell apart."""
    made = {
        "standard": StandardSAE(StandardSAEConfig(**SIZES)),
        "uncentred": StandardSAE(StandardSAEConfig(**SIZES, apply_b_dec_to_input=False)),
        "half": StandardSAE(StandardSAEConfig(**SIZES, dtype="float16")),
        "topk": TopKSAE(TopKSAEConfig(**SIZES, k=2)),
        "topk-rescaled": TopKSAE(TopKSAEConfig(**SIZES, k=2, rescale_acts_by_decoder_norm=True)),
        "jumprelu": JumpReLUSAE(JumpReLUSAEConfig(**SIZES)),
        "batchtopk": BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(**SIZES, k=2)),
    }
    for sae in made.values():
        for name, tensor in sae.named_parameters():
            tensor.data = torch.randn_like(tensor) * (0.3 if name.startswith("b_") else 0.7)
    # One that always passes, one that is closed to all but large numbers, one that has drifted below 0.
    made["jumprelu"].threshold.data = torch.tensor([0.0, 5.0, -0.1, 0.2, 0.4, 0.6])
    made["batchtopk"].topk_threshold = torch.tensor(0.7, dtype=made["batchtopk"].topk_threshold.dtype)
    return made


def answers(sae: Any, x: torch.Tensor) -> dict[str, torch.Tensor]:
    f = sae.encode(x)
    return {"x": x, "f": f.detach().float().contiguous(), "y": sae.decode(f).detach().float().contiguous()}


def write(into: Path) -> None:
    torch.manual_seed(0)
    for name, sae in dictionaries().items():
        (sae.save_inference_model if name == "batchtopk" else sae.save_model)(into / name)
        save_file(answers(SAE.load_from_disk(into / name), torch.randn(20, SIZES["d_in"])), into / name / ANSWERS)


def read(folders: list[Path]) -> None:
    for folder in folders:
        stored = load_file(folder / ANSWERS)
        now = answers(SAE.load_from_disk(folder), stored["x"])
        off = {name: float((now[name] - stored[name]).abs().max()) for name in ("f", "y")}
        print(f"{folder.name}: f off by {off['f']:.1e}, y by {off['y']:.1e}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", into]:
            write(Path(into))
        case ["read", *folders]:
            read([Path(folder) for folder in folders])
        case _:
            print(__doc__)

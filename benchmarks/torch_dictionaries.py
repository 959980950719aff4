"""The peer: sparse autoencoders trained by PyTorch's autograd, as fast as we could make it on a CPU.

f = ReLU(W_e (x − b_d) + b_e) or its k largest, x̂ = W_d f + b_d; the loss is ‖x − x̂‖² + l1 Σ f, a mean over samples.
Before a step of Adam the part of the decoder's gradient along each decoder vector is removed, after it the vectors get
length 1 again, and steps since a latent fired are counted, as in Bricken et al. 2023. Data are drawn from the linear
law at every step (one random number a value), or are given: a few batches made beforehand, at no cost.

    rows     x (dictionaries, batch, inputs), as dictionaries are usually written
    columns  x (dictionaries, inputs, batch)
    compile  either of them through torch.compile, which needs a C++ compiler
    foreach  either of them with that Adam of PyTorch's, not the fused one

One dictionary is computed without the first axis. Prints one line of JSON, or with --check the losses of the first
steps from a start and a batch that are given.

    python benchmarks/torch_dictionaries.py --inputs 16 --latents 64 --batch 128 --dictionaries 32 --layout columns
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

NAMES = ("W_e", "b_e", "W_d", "b_d")


class Dictionaries:
    """Any number of dictionaries side by side, or one without an axis for it."""

    def __init__(self, given: argparse.Namespace, start: dict[str, Tensor]) -> None:
        self.l1, self.k, self.columns = given.l1, given.k, given.layout == "columns"
        self.parameters = {name: torch.nn.Parameter(start[name].clone()) for name in NAMES}
        self.idle = torch.zeros_like(start["b_e"])
        self.optimiser = torch.optim.Adam(self.parameters.values(), lr=given.rate, **{given.optimiser: True})
        self.loss = torch.compile(self.plain_loss) if given.compile else self.plain_loss

    def plain_loss(self, W_e: Tensor, b_e: Tensor, W_d: Tensor, b_d: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        if self.columns:
            f = self.code(product(W_e, x - b_d[..., None], b_e[..., None]), -2)
            out = product(W_d, f, b_d[..., None])
        else:
            f = self.code(product(x - b_d[..., None, :], W_e.mT, b_e[..., None, :]), -1)
            out = product(f, W_d.mT, b_d[..., None, :])
        samples = x.shape[-1 if self.columns else -2]
        loss = (out - x).pow(2).sum((-2, -1)) / samples
        return (loss + self.l1 * f.sum((-2, -1)) / samples if self.l1 else loss), f

    def code(self, z: Tensor, axis: int) -> Tensor:
        if not self.k:
            return torch.relu_(z) if not torch.compiler.is_compiling() else torch.relu(z)
        largest = torch.topk(z, self.k, dim=axis, sorted=False)
        return torch.zeros_like(z).scatter_(axis, largest.indices, torch.relu(largest.values))

    def step(self, x: Tensor) -> Tensor:
        self.optimiser.zero_grad(set_to_none=True)
        loss, f = self.loss(x=x, **self.parameters)
        loss.sum().backward()
        with torch.no_grad():
            W_d = self.parameters["W_d"]
            W_d.grad.sub_(W_d * (W_d * W_d.grad).sum(-2, keepdim=True))
            self.optimiser.step()
            W_d.div_(torch.linalg.vector_norm(W_d, dim=-2, keepdim=True))
            fired = (f > 0).any(-1 if self.columns else -2)
            self.idle.add_(1).masked_fill_(fired, 0)
        return loss.detach()


def product(left: Tensor, right: Tensor, plus: Tensor) -> Tensor:
    if left.ndim == 2:
        return torch.addmm(plus, left, right)
    return torch.baddbmm(plus, left, right)


def drawn_start(given: argparse.Namespace) -> dict[str, Tensor]:
    shape = (given.dictionaries,) if given.dictionaries > 1 else ()
    W_d = torch.randn(*shape, given.inputs, given.latents)
    W_d /= torch.linalg.vector_norm(W_d, dim=-2, keepdim=True)
    zeros = {"b_e": torch.zeros(*shape, given.latents), "b_d": torch.zeros(*shape, given.inputs)}
    return {"W_e": W_d.mT.contiguous(), "W_d": W_d, **zeros}


def drawn_data(given: argparse.Namespace) -> Callable[[], Tensor]:
    """Activations D s, with s uniform on [0, 1] with probability p, otherwise 0; or a few batches of them in turn."""
    shape = (given.dictionaries,) if given.dictionaries > 1 else ()
    D = torch.randn(*shape, given.inputs, given.true)
    D /= torch.linalg.vector_norm(D, dim=-2, keepdim=True)
    columns = given.layout == "columns"
    s = torch.empty((*shape, given.true, given.batch) if columns else (*shape, given.batch, given.true))
    transposed = D.mT.contiguous()

    def draw() -> Tensor:
        s.uniform_(1 - 1 / given.feature_probability, 1).relu_()
        return D @ s if columns else s @ transposed

    if given.data == "drawn":
        return draw
    batches, turn = [draw() for _ in range(4)], iter(range(2**62))
    return lambda: batches[next(turn) % 4]


def timed(given: argparse.Namespace) -> dict[str, float]:
    """Seconds a step by the wall's clock, the median, and of processor time, the mean."""
    torch.manual_seed(0)
    model, data = Dictionaries(given, drawn_start(given)), drawn_data(given)
    for _ in range(5 + given.steps // 20):
        model.step(data())
    seconds, before = [], time.process_time()
    for _ in range(given.steps):
        began = time.perf_counter()
        model.step(data())
        seconds.append(time.perf_counter() - began)
    return {"wall": statistics.median(seconds), "processor": (time.process_time() - before) / given.steps}


def checked(given: argparse.Namespace) -> list[float]:
    """The losses of the first steps, on one batch, from a start: all in a file of NumPy."""
    arrays = {name: torch.from_numpy(value) for name, value in np.load(given.check).items()}
    x = arrays["x"] if given.layout == "columns" else arrays["x"].mT.contiguous()
    model = Dictionaries(given, arrays)
    return [float(model.step(x)) for _ in range(given.steps)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds per training step of dictionaries in PyTorch.")
    for name, value in {"inputs": 16, "latents": 64, "true": 32, "batch": 128, "dictionaries": 1, "k": 0,
                        "steps": 200, "threads": 1}.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, number in {"feature-probability": 0.05, "l1": 0.1, "rate": 1e-3}.items():
        parser.add_argument(f"--{name}", type=float, default=number)
    parser.add_argument("--layout", choices=["rows", "columns"], default="rows")
    parser.add_argument("--data", choices=["drawn", "given"], default="drawn")
    parser.add_argument("--optimiser", choices=["fused", "foreach"], default="fused")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--check", help="a file .npz with a start and a batch x (inputs, samples)")
    given = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(given.threads)
    if given.check:
        print(json.dumps(checked(given)))
    else:
        print(json.dumps({**timed(given), "torch": torch.__version__}))


if __name__ == "__main__":
    main()

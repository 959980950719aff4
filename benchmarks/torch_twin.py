"""The peer: many toy models trained at once by PyTorch's autograd, as fast as we could make it on a CPU.

Every instance minimises the mean over samples and features of (ReLU(WᵀW x + b) − x)², with I = 1; AdamW steps
on the sum over instances, as in the notebook of Elhage et al. 2022. Data are sampled afresh at every step, or
one-hot: the n unit vectors as one full batch. The variants have the same loss and law, in different layouts:

    einsum   x (batch, instances, n): the notebook's own operations, two random numbers a value
    bmm      x (instances, batch, n): batched matrix products, one random number a value
    columns  x (instances, n, batch): the same with samples as columns, better for small n
    lanes    one-hot only: W (m, n, instances), WᵀW written out in vectors over instances

Prints one line of JSON; seconds_per_step is the median over steps after a warm-up. Where a choice is "best",
every option is tried for a few steps and the fastest does the run. torch.compile is left out: it needs a
compiler at run time.

    python benchmarks/torch_twin.py --n 7 --m 2 --instances 1024 --one-hot --steps 500 --threads 1
"""

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


class Recipe(NamedTuple):
    """How to compute; what is computed does not depend on it."""

    variant: str
    optimiser: str
    chunk: int  # instances a forward and backward pass; small chunks of large models stay in the cache


class Run(NamedTuple):
    seconds: list[float]  # of each step
    loss: float  # of the last step, mean over instances


def einsum_loss(W: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    hidden = torch.einsum("bif,ifh->bih", x, W)
    out = functional.relu(torch.einsum("bih,ifh->bif", hidden, W) + b)
    return ((x - out) ** 2).mean(dim=(0, 2)).sum()


def bmm_loss(W: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    out = torch.baddbmm(b[:, None, :], torch.bmm(x, W), W.mT).relu_()
    return functional.mse_loss(out, x, reduction="sum") / x[0].numel()


def columns_loss(W: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    out = torch.baddbmm(b[:, :, None], W, torch.bmm(W.mT, x)).relu_()
    return functional.mse_loss(out, x, reduction="sum") / x[0].numel()


def lanes_loss(W: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    z = W[0, :, None] * W[0, None, :]
    for row in W[1:]:
        z = torch.addcmul(z, row[:, None], row[None, :])
    out = (z + b[:, None]).relu_()
    return functional.mse_loss(out, x, reduction="sum") / x[..., 0].numel()


LOSSES: dict[str, Loss] = {
    "einsum": einsum_loss,
    "bmm": bmm_loss,
    "columns": columns_loss,
    "lanes": lanes_loss,
}


def one_hot_data(variant: str, chunk: int, n: int) -> Callable[[], torch.Tensor]:
    eye = torch.eye(n)
    if variant == "lanes":  # the expanded view is as fast as a copy except here
        x = eye[:, :, None].expand(n, n, chunk).contiguous()
    else:
        x = eye[:, None, :].expand(n, chunk, n) if variant == "einsum" else eye.expand(chunk, n, n)
    return lambda: x


def sampled_data(variant: str, chunk: int, n: int, batch: int, p: float) -> Callable[[], torch.Tensor]:
    """Independent features: uniform on [0, 1] with probability p, otherwise zero."""
    if variant == "einsum":
        shape, probability, zero = (batch, chunk, n), torch.full((chunk, 1), p), torch.zeros(())
        return lambda: torch.where(torch.rand(shape) <= probability, torch.rand(shape), zero)
    x = torch.empty((chunk, batch, n) if variant == "bmm" else (chunk, n, batch))
    # positive with probability p, and then uniform on [0, 1]: one random number, and they are the dear part
    return lambda: x.uniform_(1 - 1 / p, 1).relu_()


def initial_model(variant: str, chunk: int, n: int, m: int) -> tuple[torch.nn.Parameter, torch.nn.Parameter]:
    W, b = torch.randn(chunk, n, m) * (2 / (n + m)) ** 0.5, torch.zeros(chunk, n)
    if variant == "lanes":
        W, b = W.permute(2, 1, 0).contiguous(), b.T.contiguous()
    return torch.nn.Parameter(W), torch.nn.Parameter(b)


def train(
    n: int, m: int, instances: int, steps: int, *,
    batch: int, feature_probability: float, one_hot: bool, threads: int, seed: int, recipe: Recipe,
) -> Run:  # fmt: skip
    """Train for a warm-up and then for `steps` timed steps."""
    torch.set_flush_denormal(True)  # dead features' moments fade into denormals, which are slow
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    variant, optimiser_name, chunk = recipe
    models = [initial_model(variant, chunk, n, m) for _ in range(instances // chunk)]
    optimiser = torch.optim.AdamW(itertools.chain(*models), lr=1e-3, **{optimiser_name: True})
    loss_of = LOSSES[variant]
    sampled = sampled_data(variant, chunk, n, batch, feature_probability)
    data = one_hot_data(variant, chunk, n) if one_hot else sampled

    def step() -> torch.Tensor:
        optimiser.zero_grad(set_to_none=True)
        total = torch.zeros(())
        for W, b in models:
            loss = loss_of(W, b, data())
            loss.backward()
            total += loss.detach()
        optimiser.step()
        return total

    for _ in range(3 + steps // 20):
        step()
    seconds = []
    for _ in range(steps):
        begin = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - begin)
    return Run(seconds, float(loss) / instances)


def recipes(args: argparse.Namespace) -> list[Recipe]:
    variants = ["einsum", "bmm", "columns", *(["lanes"] if args.one_hot else [])]
    chosen = variants if args.variant == "best" else [args.variant]
    optimisers = ["fused", "foreach"] if args.optimiser == "best" else [args.optimiser]
    large = args.n >= 64 and not args.one_hot  # one instance then outweighs a pass's overhead
    chunks = [args.chunk] if args.chunk else sorted({args.instances, 1 if large else args.instances})
    return [Recipe(*choice) for choice in itertools.product(chosen, optimisers, chunks)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seconds per training step of many toy models in PyTorch.")
    parser.add_argument("--n", type=int, default=5, help="features")
    parser.add_argument("--m", type=int, default=2, help="hidden units")
    parser.add_argument("--instances", type=int, default=10)
    parser.add_argument("--steps", type=int, default=200, help="timed steps")
    parser.add_argument("--batch", type=int, default=1024, help="samples a step; not with --one-hot")
    parser.add_argument("--feature-probability", type=float, default=0.05, help="of a sampled feature")
    parser.add_argument("--one-hot", action="store_true", help="the n unit vectors, full batch")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--variant", choices=["best", *LOSSES], default="best")
    parser.add_argument("--optimiser", choices=["best", "fused", "foreach"], default="best")
    parser.add_argument("--chunk", type=int, default=0, help="instances a pass; 0 leaves the choice to us")
    parser.add_argument("--trial-steps", type=int, default=10, help="timed steps for each recipe tried")
    args = parser.parse_args()
    if not 0 < args.feature_probability <= 1:
        parser.error(f"--feature-probability {args.feature_probability} is not in (0, 1]")
    if args.variant == "lanes" and not args.one_hot:
        parser.error("--variant lanes needs --one-hot")
    if args.chunk and args.instances % args.chunk:
        parser.error(f"--chunk {args.chunk} does not divide --instances {args.instances}")
    return args


def main() -> None:
    args = arguments()
    workload = {
        key: getattr(args, key)
        for key in ("n", "m", "instances", "batch", "feature_probability", "one_hot", "threads", "seed")
    }
    if args.one_hot:
        workload |= {"batch": args.n, "feature_probability": 1 / args.n}
    choices = recipes(args)
    tried = {}
    for recipe in choices if len(choices) > 1 else []:
        trial = train(steps=args.trial_steps, recipe=recipe, **workload)
        tried[recipe] = min(trial.seconds)  # the minimum, since other work may share the machine
    recipe = min(tried, key=lambda recipe: tried[recipe]) if tried else choices[0]
    run = train(steps=args.steps, recipe=recipe, **workload)
    report = {
        "seconds_per_step": statistics.median(run.seconds),
        "seconds_fastest_step": min(run.seconds),
        "seconds_mean_step": statistics.fmean(run.seconds),
        "loss": run.loss,
        "steps": args.steps,
        **workload,
        **recipe._asdict(),
        "tried": {"/".join(map(str, recipe)): seconds for recipe, seconds in tried.items()},
        "torch": torch.__version__,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

"""Makes Tests/TablesTests/Golden/*.json: what PyTorch's dense optimizers do to a small table of which each step touches few rows.

    python Tests/Golden/make_optimizer_goldens.py Tests/TablesTests/Golden

Floats are written with nine significant digits, from which single precision is read back exactly.
"""

import json
import pathlib
import sys

import torch

ROWS, WIDTH = 5, 11


def gradient_rows(step: int, pattern: str) -> list[int]:
    """Rows that step `step` touches; row 4 is never touched."""
    if pattern == "gaps":
        # Row 0 at first and after a long rest, row 1 every tenth step, row 2 seldom, row 3 once.
        return sorted(({1} if step % 10 == 4 else set()) | ({0} if step in (1, 2, 640) else set()) | ({2} if step % 97 == 3 else set())
                      | ({3} if step == 5 else set()))
    return [row for row in range(ROWS - 1) if (step * (row + 3) + row) % (row + 2) == 0]


def golden(name: str, optimizer, constants: dict, steps: int, shown: set[int], pattern: str) -> dict:
    generator = torch.Generator().manual_seed(20240 + len(name))
    weights = torch.nn.Parameter(torch.randn(ROWS, WIDTH, generator=generator) * 0.1)
    initial = weights.detach().clone()
    run = optimizer([weights])
    pushes, expected = [], []
    for step in range(1, steps + 1):
        rows = gradient_rows(step, pattern)
        # The sizes of gradients vary over orders, as those of rare and of frequent rows do.
        values = torch.randn(len(rows), WIDTH, generator=generator) * 10.0 ** (-(step % 6))
        weights.grad = torch.zeros(ROWS, WIDTH)
        for index, row in enumerate(rows):
            weights.grad[row] = values[index]
        run.step()
        if rows:
            pushes.append({"step": step, "rows": rows, "gradients": floats(values)})
        if step in shown:
            expected.append({"step": step, "weights": floats(weights.detach())})
    return {"torch": torch.__version__.split("+")[0], "rows": ROWS, "width": WIDTH, **constants,
            "initial": floats(initial), "pushes": pushes, "expected": expected}


def floats(tensor: torch.Tensor) -> list[float]:
    return [float(f"{float(value):.9g}") for value in tensor.flatten()]


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    twelve = set(range(1, 13))
    cases = {
        "adam": (lambda p: torch.optim.Adam(p, lr=0.01, foreach=False),
                 {"kind": "adam", "learningRate": 0.01, "momentum": 0}, 12, twelve, "often"),
        "adam-gaps": (lambda p: torch.optim.Adam(p, lr=0.001, foreach=False),
                      {"kind": "adam", "learningRate": 0.001, "momentum": 0}, 641, {2, 50, 300, 639, 641}, "gaps"),
        "sgd": (lambda p: torch.optim.SGD(p, lr=0.05, foreach=False),
                {"kind": "sgd", "learningRate": 0.05, "momentum": 0}, 12, twelve, "often"),
        "sgd-momentum": (lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, foreach=False),
                         {"kind": "sgd", "learningRate": 0.05, "momentum": 0.9}, 12, twelve, "often"),
        "sgd-momentum-gaps": (lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.95, foreach=False),
                              {"kind": "sgd", "learningRate": 0.01, "momentum": 0.95}, 641, {50, 639, 641}, "gaps"),
        "adagrad": (lambda p: torch.optim.Adagrad(p, lr=0.05, foreach=False),
                    {"kind": "adagrad", "learningRate": 0.05, "momentum": 0}, 12, twelve, "often"),
    }
    for name, (optimizer, constants, steps, shown, pattern) in cases.items():
        (folder / f"{name}.json").write_text(json.dumps(golden(name, optimizer, constants, steps, shown, pattern)) + "\n")


main()

"""Makes Tests/NeuralCFTests/Golden/*.json: ten steps of plain SGD on a tiny problem, for each of the four models, on interactions and on ratings,
for each activation, with dropout, with biases, and for towers of no hidden layer and of four, by PyTorch's autograd.

    python Tests/Golden/make_goldens.py Tests/NeuralCFTests/Golden

Floats are written with nine significant digits, from which single precision is read back exactly. Rows and the dense vector are
laid out as NetworkShape says: a row is [factors | embedding | bias], a weight matrix is [inputs × outputs].
"""

import json
import pathlib
import sys

import torch

USERS, ITEMS, SAMPLES, STEPS = 5, 7, 12, 10
ACTIVATIONS = {"relu": torch.nn.ReLU, "leaky-relu": torch.nn.LeakyReLU, "prelu": torch.nn.PReLU, "elu": torch.nn.ELU,
               "swish": torch.nn.SiLU}


class Model(torch.nn.Module):
    """GMF, MLP and NeuMF as He et al. (2017) draw them, and the biased dot product."""

    def __init__(self, kind: str, factors: int, layers: list[int], activation: str, biases: bool):
        super().__init__()
        self.kind = kind
        self.biases = biases or kind == "mf"
        self.factors = 0 if kind == "mlp" else factors
        self.embedding = layers[0] // 2 if layers else 0
        self.users = torch.nn.Embedding(USERS, self.factors + self.embedding)
        self.items = torch.nn.Embedding(ITEMS, self.factors + self.embedding)
        self.hidden = torch.nn.ModuleList(torch.nn.Linear(*pair) for pair in zip(layers, layers[1:]))
        self.activations = torch.nn.ModuleList(ACTIVATIONS[activation]() for _ in self.hidden)
        if self.biases:
            self.user_bias = torch.nn.Embedding(USERS, 1)
            self.item_bias = torch.nn.Embedding(ITEMS, 1)
        if kind == "mf":
            self.bias = torch.nn.Parameter(torch.zeros(1))
        else:
            self.output = torch.nn.Linear(self.factors + (layers[-1] if layers else 0), 1)

    def forward(self, user: torch.Tensor, item: torch.Tensor, masks: list[torch.Tensor] | None = None) -> torch.Tensor:
        p, q = self.users(user), self.items(item)
        product = p[:, : self.factors] * q[:, : self.factors]
        biases = self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0] if self.biases else 0
        if self.kind == "mf":
            return product.sum(1) + biases + self.bias
        tower = torch.cat([p[:, self.factors :], q[:, self.factors :]], 1)
        for index, (layer, activation) in enumerate(zip(self.hidden, self.activations)):
            tower = activation(layer(tower))
            if masks:
                tower = tower * masks[index]
        return self.output(torch.cat([product, tower], 1))[:, 0] + biases

    def squares(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
        """The sum over the samples of the squares of every parameter that the sample uses."""
        tables = [(self.users, user), (self.items, item)]
        if self.biases:
            tables += [(self.user_bias, user), (self.item_bias, item)]
        rows = sum((table(index) ** 2).sum() for table, index in tables)
        return rows + len(user) * sum((parameter**2).sum() for parameter in self.dense())

    def dense(self) -> list[torch.Tensor]:
        parameters = [part for layer, activation in zip(self.hidden, self.activations)
                      for part in (layer.weight, layer.bias, *activation.parameters())]
        return parameters + ([self.bias] if self.kind == "mf" else [self.output.weight, self.output.bias])

    def laid_out(self, values) -> dict[str, list[float]]:
        """What `values` finds in each parameter (itself or its gradient), in the layout of NetworkShape."""
        if self.biases:
            users = torch.cat([values(self.users.weight), values(self.user_bias.weight)], 1)
            items = torch.cat([values(self.items.weight), values(self.item_bias.weight)], 1)
        else:
            users, items = values(self.users.weight), values(self.items.weight)
        dense = torch.cat([values(parameter).t().flatten() for parameter in self.dense()])
        return {"users": floats(users), "items": floats(items), "dense": floats(dense)}


class RandomStream:
    """The counter-based generator of Sources/Shared/Plan/RandomStream.swift."""

    DROPOUT = 8

    def __init__(self, seed: int, purpose: int, first: int = 0, second: int = 0):
        key = self.mixed(seed + 0x9E3779B97F4A7C15)
        key = self.mixed(key ^ self.low(purpose * 0xD1B54A32D192ED03))
        key = self.mixed(key ^ self.low(first * 0x8CB92BA72F3D8DD7))
        self.key = self.mixed(key ^ self.low(second * 0xABC98388FB8FAC03))

    def __getitem__(self, counter: int) -> int:
        return self.mixed(self.key ^ self.low(counter * 0x9E3779B97F4A7C15))

    @staticmethod
    def low(value: int) -> int:
        return value & (1 << 64) - 1

    @classmethod
    def mixed(cls, value: int) -> int:
        bits = cls.low(value)
        bits = cls.low((bits ^ bits >> 27) * 0x3C79AC492BA7B653)
        bits = cls.low((bits ^ bits >> 33) * 0x1C69B3F74AC4AE35)
        return bits ^ bits >> 27


def masks(numbers: list[int], layers: list[int], share: float, seed: int, epoch: int) -> list[torch.Tensor]:
    """What Sources/Shared/NeuralCF/Dropout.swift draws, a tensor [samples × units] for each hidden layer."""
    stream = RandomStream(seed, RandomStream.DROPOUT, epoch)
    dropped = round(share * 65536)

    def factor(number: int, layer: int, unit: int) -> float:
        word = stream[(number * (len(layers) - 1) + layer) * 1024 + unit // 4]
        return 0.0 if word >> 16 * (unit % 4) & 0xFFFF < dropped else 65536 / (65536 - dropped)

    return [torch.tensor([[factor(number, layer, unit) for unit in range(width)] for number in numbers])
            for layer, width in enumerate(layers[1:])]


def golden(kind: str, factors: int, layers: list[int], l2: float, activation: str = "relu",
           dropout: dict | None = None, objective: str = "implicit", biases: bool = False) -> dict:
    torch.manual_seed(2017)
    model = Model(kind, factors, layers, activation, biases)
    with torch.no_grad():
        for parameter in model.parameters():
            # Large enough that the nonlinear parts of the loss and of every layer matter.
            parameter.copy_(torch.randn_like(parameter) * 0.6)
    rate = 0.3 if objective == "implicit" else 0.05
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    initial = model.laid_out(lambda parameter: parameter.detach())
    steps = []
    for _ in range(STEPS):
        # User 4 is never used, and most users are used more than once.
        user = torch.randint(0, USERS - 1, (SAMPLES,))
        item = torch.randint(0, ITEMS, (SAMPLES,))
        if objective == "rating":
            target = torch.randint(1, 6, (SAMPLES,)).float() - 3.25
        else:
            target = (torch.rand(SAMPLES) < 0.4).float()
        optimizer.zero_grad(set_to_none=False)
        numbers = torch.randint(0, 10**9, (SAMPLES,)).tolist() if dropout else []
        logits = model(user, item)
        trained = model(user, item, masks(numbers, layers, **dropout)) if dropout else logits
        if objective == "rating":
            loss = torch.nn.functional.mse_loss(trained, target, reduction="sum") / 2
        else:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(trained, target, reduction="sum")
        ((loss + l2 / 2 * model.squares(user, item)) / SAMPLES).backward()
        gradients = model.laid_out(lambda parameter: parameter.grad)
        optimizer.step()
        steps.append({"userOfSample": user.tolist(), "itemOfSample": item.tolist(), "targets": target.tolist(),
                      **({"numbers": numbers} if dropout else {}),
                      "logits": floats(logits.detach()), "loss": float(f"{loss.item():.9g}"), "gradients": gradients,
                      "parameters": model.laid_out(lambda parameter: parameter.detach())})
    return {"torch": torch.__version__.split("+")[0], "model": kind, "factors": factors, "layers": layers,
            "activation": activation, "objective": objective, **({"dropout": dropout} if dropout else {}),
            **({"biases": True} if biases else {}), "l2": l2, "learningRate": rate, "initial": initial, "steps": steps}


def floats(tensor: torch.Tensor) -> list[float]:
    return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    cases = [("neumf", 5, [12, 9, 6], 0.001), ("gmf", 8, [], 0.0), ("mlp", 6, [10, 8, 4], 0.0), ("mf", 6, [], 0.01)]
    for case in cases:
        (folder / f"{case[0]}.json").write_text(json.dumps(golden(*case)) + "\n")
        case = golden(*case, objective="rating")
        (folder / f"{case['model']}-rating.json").write_text(json.dumps(case) + "\n")
    for activation in ACTIVATIONS:
        if activation != "relu":
            case = golden("neumf", 3, [8, 6, 4], 0.001, activation)
            (folder / f"neumf-{activation}.json").write_text(json.dumps(case) + "\n")
    case = golden("neumf", 3, [8, 6, 5], 0.001, dropout={"share": 0.3, "seed": 5, "epoch": 2})
    (folder / "neumf-dropout.json").write_text(json.dumps(case) + "\n")
    for name, kind, layers in [("mlp-0", "mlp", [8]), ("neumf-0", "neumf", [8]), ("mlp-4", "mlp", [10, 9, 7, 5, 3])]:
        (folder / f"{name}.json").write_text(json.dumps(golden(kind, 3, layers, 0.001)) + "\n")
    for kind, layers in [("gmf", []), ("mlp", [8]), ("neumf", [8, 6])]:
        case = golden(kind, 3, layers, 0.001, objective="rating", biases=True)
        (folder / f"{kind}-biases.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    main()

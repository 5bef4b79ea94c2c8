"""NeuMF on the CPU as a user of PyTorch writes it: one process, dense Adam, negatives drawn for a whole epoch at once.

Prints one line of JSON per epoch: samples trained, seconds of everything between two evaluations (drawing, shuffling,
forward, backward, optimizer), HR@10 and NDCG@10 on the fixed negatives; then the peak memory.

    python pytorch_neumf.py PREFIX --batch-size 2048 --learning-rate 0.001 --epochs 3 --threads 2

With `--until-hit-ratio 0.68` it stops after the first epoch that reaches it, and says how many seconds the process had run by then.
"""

import argparse
import json
import resource
import time

import numpy as np
import torch
from torch import nn


class NeuMF(nn.Module):
    def __init__(self, users, items, factors, layers):
        super().__init__()
        self.user_gmf = nn.Embedding(users, factors)
        self.item_gmf = nn.Embedding(items, factors)
        self.user_mlp = nn.Embedding(users, layers[0] // 2)
        self.item_mlp = nn.Embedding(items, layers[0] // 2)
        for table in (self.user_gmf, self.item_gmf, self.user_mlp, self.item_mlp):
            nn.init.normal_(table.weight, std=0.01)
        tower = []
        for inputs, outputs in zip(layers, layers[1:]):
            tower += [nn.Linear(inputs, outputs), nn.ReLU()]
            nn.init.xavier_uniform_(tower[-2].weight)
        self.tower = nn.Sequential(*tower)
        self.output = nn.Linear(factors + layers[-1], 1)
        nn.init.kaiming_uniform_(self.output.weight, a=1)

    def forward(self, users, items):
        gmf = self.user_gmf(users) * self.item_gmf(items)
        mlp = self.tower(torch.cat([self.user_mlp(users), self.item_mlp(items)], -1))
        return self.output(torch.cat([gmf, mlp], -1)).squeeze(-1)


def read(prefix):
    train = np.loadtxt(prefix + ".train.rating", dtype=np.int64, usecols=(0, 1))
    users, items = [], []
    with open(prefix + ".test.negative") as lines:
        for line in lines:
            pair, *negatives = line.split()
            user, item = pair.strip("()").split(",")
            users.append(int(user))
            items.append([int(item)] + [int(negative) for negative in negatives])
    return torch.from_numpy(train), torch.tensor(users), torch.tensor(items)


def draw(train, seen, negatives, item_count):
    """All samples of an epoch, shuffled: users, items, labels."""
    users = train[:, 0].repeat_interleave(negatives)
    items = torch.randint(item_count, users.shape)
    known = seen[users, items].nonzero().squeeze(-1)
    while len(known):
        items[known] = torch.randint(item_count, known.shape)
        known = known[seen[users[known], items[known]]]
    labels = torch.cat([torch.ones(len(train)), torch.zeros(len(users))])
    order = torch.randperm(len(labels))
    return torch.cat([train[:, 0], users])[order], torch.cat([train[:, 1], items])[order], labels[order]


def evaluate(model, users, items):
    with torch.no_grad():
        scores = model(users[:, None].expand_as(items), items)
    # The held-out item may be among the negatives; it is scored once. A tie does not count for it.
    rank = ((scores[:, 1:] >= scores[:, :1]) & (items[:, 1:] != items[:, :1])).sum(1)
    hit = rank < 10
    gain = np.log(2) / torch.log(rank.double() + 2)
    return hit.double().mean().item(), (hit * gain).mean().item()


def main():
    started = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("prefix")
    parser.add_argument("--factors", type=int, default=8)
    parser.add_argument("--layers", default="64,32,16,8")
    parser.add_argument("--negatives", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=2048)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--until-hit-ratio", type=float, help="stop after the first epoch that reaches it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)

    train, test_users, test_items = read(options.prefix)
    user_count = int(train[:, 0].max()) + 1
    item_count = max(int(train[:, 1].max()), int(test_items.max())) + 1
    seen = torch.zeros(user_count, item_count, dtype=torch.bool)
    seen[train[:, 0], train[:, 1]] = True
    model = NeuMF(user_count, item_count, options.factors, [int(width) for width in options.layers.split(",")])
    optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    criterion = nn.BCEWithLogitsLoss()

    for epoch in range(1, options.epochs + 1):
        began = time.perf_counter()
        users, items, labels = draw(train, seen, options.negatives, item_count)
        for start in range(0, len(labels), options.batch_size):
            batch = slice(start, start + options.batch_size)
            optimizer.zero_grad()
            loss = criterion(model(users[batch], items[batch]), labels[batch])
            loss.backward()
            optimizer.step()
        seconds = time.perf_counter() - began
        hit_ratio, ndcg = evaluate(model, test_users, test_items)
        print(json.dumps({"epoch": epoch, "samples": len(labels), "seconds": seconds, "hitRatio": hit_ratio, "ndcg": ndcg,
                          "sinceStart": time.perf_counter() - started}), flush=True)
        if options.until_hit_ratio and hit_ratio >= options.until_hit_ratio:
            break
    print(json.dumps({"peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()

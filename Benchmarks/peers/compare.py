"""Runs neumf and PyTorch in turn on the same data and prints their rates and ratios as a Markdown table.

    python compare.py --neumf ../../.build/release/neumf --prefix $NEUMF_DATA/ml-1m-ncf/ml-1m --rounds 5

Each row's two sides alternate, round by round, so that a machine that slows down slows both. A side's figure is the median
over the rounds; a round's is samples over everything between two evaluations. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# Name, neumf's options, PyTorch's batch size, and after how many of its steps an epoch is cut.
ROWS = [
    ("batch 256, bsp", ["--batch-size", "256"], 256, 2000),
    ("batch 2,048, bsp", ["--batch-size", "2048"], 2048, 600),
    ("batch 4,096, bsp", ["--batch-size", "4096"], 4096, 400),
    ("batch 4,096 per worker, ssp:4", ["--batch-size", "4096", "--consistency", "ssp:4"], 4096, 400),
    ("batch 16,384, bsp", ["--batch-size", "16384"], 16384, 0),
    ("batch 65,536, bsp", ["--batch-size", "65536"], 65536, 0),
]


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return result.stdout


def neumf_rate(options, folder, more):
    with tempfile.TemporaryDirectory(prefix="neumf-bench-") as scratch:
        output = os.path.join(scratch, "run")
        run([options.neumf, "train", "--data", folder, "--output", output, "--epochs", "3", "--seed", "1",
             "--workers", "2", "--servers", "1"] + more)
        with open(os.path.join(output, "report.json")) as file:
            report = json.load(file)
    memory = report["peakResidentBytes"]
    peak = memory["coordinator"] + sum(memory["server"]) + sum(memory["worker"])
    return statistics.median(epoch["samples"] / epoch["trainingSeconds"] for epoch in report["epochs"]), peak


def pytorch_rate(options, batch_size, most_steps):
    lines = run([sys.executable, os.path.join(HERE, "pytorch_neumf.py"), options.prefix, "--batch-size", str(batch_size),
                 "--most-steps", str(most_steps)]).splitlines()
    epoch, memory = json.loads(lines[0]), json.loads(lines[-1])
    return epoch["samples"] / epoch["seconds"], memory["peakResidentBytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--neumf", required=True, help="the release executable")
    parser.add_argument("--prefix", required=True, help="the NCF paper's files, without .train.rating")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="*", help="only these rows, from 0")
    options = parser.parse_args()
    chosen = [ROWS[row] for row in options.rows] if options.rows else ROWS

    with tempfile.TemporaryDirectory(prefix="neumf-bench-") as scratch:
        folder = os.path.join(scratch, "data")
        run([options.neumf, "prepare", options.prefix, "--format", "ncf", "--output", folder])
        rates = {name: ([], []) for name, *_ in chosen}
        peaks = {name: [0, 0] for name, *_ in chosen}
        for _ in range(options.rounds):
            for name, more, batch_size, most_steps in chosen:
                for side, (rate, peak) in enumerate(
                        [neumf_rate(options, folder, more), pytorch_rate(options, batch_size, most_steps)]):
                    rates[name][side].append(rate)
                    peaks[name][side] = max(peaks[name][side], peak)

    print(f"| what ({options.rounds} rounds, medians) | neumf, samples/s | PyTorch, samples/s | ratio | lowest, highest | neumf, peak | PyTorch, peak |")
    print("|---|---|---|---|---|---|---|")
    for name, *_ in chosen:
        ours, theirs = rates[name]
        ratios = [left / right for left, right in zip(ours, theirs)]
        memory = " | ".join(f"{peak / 1e6:.0f} MB" for peak in peaks[name])
        print(f"| {name} | {statistics.median(ours) / 1e6:.2f} M | {statistics.median(theirs) / 1e6:.2f} M "
              f"| {statistics.median(ratios):.1f} | {min(ratios):.1f}, {max(ratios):.1f} | {memory} |")
    best = max(statistics.median(ours) for ours, _ in rates.values())
    peer = max(statistics.median(theirs) for _, theirs in rates.values())
    print(f"\nEach at its best: {best / 1e6:.2f} M and {peer / 1e6:.2f} M samples/s, ratio {best / peer:.1f}")


if __name__ == "__main__":
    main()

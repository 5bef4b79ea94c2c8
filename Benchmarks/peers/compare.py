"""Runs neumf and PyTorch in turn on the same data and prints rates, the time to a hit ratio, and ratios as Markdown tables.

    python compare.py --neumf ../../.build/release/neumf --prefix $NEUMF_DATA/ml-1m-ncf/ml-1m --rounds 5

Each row's two sides alternate, round by round, so that a machine that slows down slows both. A side's figure is the median
over the rounds; a round's is samples over everything between two evaluations, of whole epochs: the median of neumf's three, PyTorch's
first, with one thread or with two, whichever was faster in the first round. The time to a hit ratio is that of the whole commands, from the text files on. Nothing else may run meanwhile.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# Name, neumf's options, PyTorch's batch size.
ROWS = [
    ("batch 256, bsp", ["--batch-size", "256"], 256),
    ("batch 2,048, bsp", ["--batch-size", "2048"], 2048),
    ("batch 4,096, bsp", ["--batch-size", "4096"], 4096),
    ("batch 4,096 per worker, ssp:4", ["--batch-size", "4096", "--consistency", "ssp:4"], 4096),
    ("batch 16,384, bsp", ["--batch-size", "16384"], 16384),
    ("batch 65,536, bsp", ["--batch-size", "65536"], 65536),
]

# What is raced for, and each side's quickest way there that was found: neumf's options, and PyTorch's.
TARGET = 0.680
RACE = (
    ["--no-biases", "--batch-size", "4096", "--negatives", "4", "--learning-rate", "0.013", "--learning-rate-decay", "1",
     "--l2", "0.00002", "--averaging", "0.4", "--initial-deviation", "0.08", "--activation", "swish", "--epochs", "15"],
    ["--batch-size", "4096", "--learning-rate", "0.002", "--epochs", "20"],
)


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return result.stdout


def neumf_rate(options, folder, more):
    with tempfile.TemporaryDirectory(prefix="neumf-bench-") as scratch:
        output = os.path.join(scratch, "run")
        run([options.neumf, "train", "--data", folder, "--output", output, "--epochs", "3", "--seed", "1",
             "--workers", "2", "--servers", "1", "--no-biases", "--activation", "relu", "--negatives", "4"] + more)
        with open(os.path.join(output, "report.json")) as file:
            report = json.load(file)
    memory = report["peakResidentBytes"]
    peak = memory["coordinator"] + sum(memory["server"]) + sum(memory["worker"])
    return statistics.median(epoch["samples"] / epoch["trainingSeconds"] for epoch in report["epochs"]), peak


def pytorch(options, *more):
    """What each epoch printed, and the peak memory."""
    lines = run([sys.executable, os.path.join(HERE, "pytorch_neumf.py"), options.prefix, *map(str, more)]).splitlines()
    *epochs, memory = map(json.loads, lines)
    return epochs, memory["peakResidentBytes"]


def pytorch_rate(options, batch_size, threads):
    """Rate, peak memory, and the number of threads, the fastest of those given."""
    runs = [(pytorch(options, "--batch-size", batch_size, "--threads", number), number) for number in threads]
    return max((epoch["samples"] / epoch["seconds"], memory, number) for ((epoch, *_), memory), number in runs)


def neumf_race(options, seed):
    """Seconds from the text files to the first epoch that reaches the target, and its number; no seconds where none does."""
    with tempfile.TemporaryDirectory(prefix="neumf-bench-") as scratch:
        folder, output = os.path.join(scratch, "data"), os.path.join(scratch, "run")
        started = time.perf_counter()
        run([options.neumf, "prepare", options.prefix, "--format", "ncf", "--output", folder])
        training = subprocess.Popen(
            [options.neumf, "train", "--data", folder, "--output", output, "--workers", "2", "--servers", "1",
             "--seed", str(seed), *RACE[0]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        reached = None
        for line in training.stdout:
            fields = line.split()
            if fields and fields[0].isdigit() and float(fields[2]) >= TARGET:
                reached = time.perf_counter() - started, int(fields[0])
                break
        training.terminate()
        training.communicate()
        return reached


def pytorch_race(options, seed):
    epochs, _ = pytorch(options, "--until-hit-ratio", TARGET, "--seed", seed, *RACE[1])
    last = epochs[-1]
    return (last["sinceStart"], last["epoch"]) if last["hitRatio"] >= TARGET else None


def race(options):
    """One line a seed, each side in turn."""
    print(f"\n### From the text files to the first epoch with HR@10 of {TARGET:.3f} on the test items\n")
    print("| seed | neumf, seconds | epoch | PyTorch, seconds | epoch | ratio |")
    print("|---|---|---|---|---|---|")
    for seed in range(1, options.rounds + 1):
        sides = [neumf_race(options, seed), pytorch_race(options, seed)]
        cells = [f"{side[0]:.1f} | {side[1]}" if side else "not reached | –" for side in sides]
        ratio = f"{sides[1][0] / sides[0][0]:.1f}" if all(sides) else "–"
        print(f"| {seed} | {cells[0]} | {cells[1]} | {ratio} |", flush=True)
    print(f"\nneumf with `{' '.join(RACE[0])}`; PyTorch with `{' '.join(RACE[1])}`.")


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
        threads = {name: (1, 2) for name, *_ in chosen}
        for _ in range(options.rounds):
            for name, more, batch_size in chosen:
                ours = neumf_rate(options, folder, more)
                *theirs, fastest = pytorch_rate(options, batch_size, threads[name])
                threads[name] = (fastest,)
                for side, (rate, peak) in enumerate([ours, theirs]):
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
    race(options)


if __name__ == "__main__":
    main()

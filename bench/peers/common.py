"""What all peers share: arguments, threads, inputs, worker processes and the ready/run loop.

Import it before NumPy, PyTorch or JAX: it settles their threads in the environment, which they read when loaded.
"""

import argparse
import json
import math
import multiprocessing
import os
import sys
import time
import traceback

PARSER = argparse.ArgumentParser()
PARSER.add_argument("workload", choices=[f"w{i}" for i in range(1, 7)])
PARSER.add_argument("--inputs", required=True)
PARSER.add_argument("--threads", type=int, default=1)
PARSER.add_argument("--compiled", action="store_true", help="torch_peer.py only: torch.compile in place of eager")
ARGS = PARSER.parse_args()

# The BLAS chooses its kernels for this processor better than an inherited setting does.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
# Peers on OpenBLAS use two cores through two processes, each with one thread.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(ARGS.threads)

import numpy as np  # noqa: E402  after the environment is settled

CLASSES = 10
W1_SIZES = [784, 100, 100, 100, 100, 10]
W2_SIZES = [784, 100, 100, 100, 100, 100, 10]
SMALL_SIZES = [784, 100, 10]
W1_RULES = {"sgd": 0.01, "momentum": 0.01, "adagrad": 0.01, "adam": 0.001}
W3_RULES = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
W4_CASES = [
    ("sigmoid", 1.0),
    ("sigmoid", 0.01),
    ("sigmoid", 0.1),
    ("tanh", 0.1),
    ("relu", 0.01),
    ("relu", 0.1),
    ("relu", math.sqrt(2 / 100)),
]
W4_RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
W5_RULES = ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
W5_RATES = [0.1, 0.03, 0.01, 0.003]
W5_SEEDS = 5
# The network of w2 whose first losses are checked.
W2_CHECKED = 4
# Steps of w1 and w6 in which rounding has not yet grown, and those of w2 and w5.
FIRST = 50
SOONER = 20
BINS = 30


class Unable(Exception):
    """A workload that this peer cannot sensibly do."""


def spec():
    with open(os.path.join(ARGS.inputs, "spec.json")) as file:
        return json.load(file)


def load(name):
    """One input file as a flat array; the extension tells the type."""
    kind = {"u8": "u1", "f32": "<f4", "i32": "<i4"}[name.rsplit(".", 1)[1]]
    return np.fromfile(os.path.join(ARGS.inputs, name), dtype=kind)


def images(part):
    return load(f"{part}_images.u8").reshape(-1, 784).astype(np.float32) / np.float32(255)


def labels(part):
    return load(f"{part}_labels.u8").astype(np.int64)


def layers(flat, sizes):
    """Views (weights, bias) of each layer in a flat vector of parameters."""
    result, at = [], 0
    for inputs, outputs in zip(sizes, sizes[1:]):
        weights = flat[at : at + inputs * outputs].reshape(inputs, outputs)
        at += inputs * outputs
        result.append((weights, flat[at : at + outputs]))
        at += outputs
    return result


def w3_gradient(n):
    return (0.01 * (np.arange(n) % 97 - 48)).astype(np.float32)


def w5_trials():
    """(rule, rate, seed) of all trials, the costly rules first so that two workers end together."""
    scale = {"adam": 0.1, "rmsprop": 0.1}
    return [(u, r * scale.get(u, 1.0), s) for u in reversed(W5_RULES) for r in W5_RATES for s in range(W5_SEEDS)]


def moved(params):
    """Σ |1 - p| over the first 97 parameters of w3."""
    return sum(abs(1.0 - float(p)) for p in params[:97])


def w2_check(results):
    """From (last accuracy, mean of the first losses) of all networks, those with batch norm before the others."""
    check, half = {}, len(results) // 2
    for name, of in (("batch", results[:half]), ("plain", results[half:])):
        check[name] = float(np.mean([accuracy for accuracy, _ in of]))
        check[f"{name}/first"] = float(of[W2_CHECKED][1])
    return check


def w5_check(results):
    """From (rule, rate, mean of the last losses, of the first) of all trials; a last one that diverged counts as 10."""
    check = {}
    for rule in W5_RULES:
        trials = [trial for name, *trial in results if name == rule]
        smallest = min(rate for rate, _, _ in trials)
        check[rule] = float(np.mean([last if math.isfinite(last) else 10.0 for _, last, _ in trials]))
        check[f"{rule}/first"] = float(np.mean([first for rate, _, first in trials if rate == smallest]))
    return check


class Workers:
    """One process for each thread, started before anything is timed; they take the items in turn.

    `make()` is called in the process and returns the function from an item to its result.
    """

    def __init__(self, make, items):
        context = multiprocessing.get_context("fork")
        self.items, self.next, self.pipes = items, context.Value("i", 0), []
        for _ in range(ARGS.threads):
            ours, theirs = context.Pipe()
            self.pipes.append(ours)
            context.Process(target=self._work, args=(make, theirs), daemon=True).start()
            theirs.close()

    def _work(self, make, pipe):
        # With no copy of the parent's ends, a worker sees the end of its pipe even when the parent is killed.
        for ours in self.pipes:
            ours.close()
        work = make()
        # Who takes which item changes from run to run: so each compiles every kind, which an item's first value names.
        for item in {item[0]: item for item in self.items}.values():
            work(item)
        while self._asked(pipe):
            done = []
            while (at := self._take()) < len(self.items):
                done.append((at, work(self.items[at])))
            pipe.send(done)

    @staticmethod
    def _asked(pipe):
        try:
            return pipe.recv()
        except EOFError:
            return False

    def _take(self):
        with self.next.get_lock():
            self.next.value += 1
            return self.next.value - 1

    def run(self):
        """The results of all items, in order."""
        self.next.value = 0
        for pipe in self.pipes:
            pipe.send(True)
        done = [pair for pipe in self.pipes for pair in pipe.recv()]
        return [result for _, result in sorted(done, key=lambda pair: pair[0])]


def repeat_for(update, seconds=0.05, least=5):
    """Seconds of one `update`: the mean over enough of them to fill `seconds`, as a first few foretell."""

    def mean(count):
        start = time.perf_counter()
        for _ in range(count):
            update()
        return (time.perf_counter() - start) / count

    return mean(max(least, math.ceil(seconds / mean(least))))


def say(value):
    print(json.dumps(value), flush=True)


def serve(peer, version, workloads):
    """Prepare and warm the asked workload, say so, then run it for each line `run`.

    `workloads` has for each name (note, prepare); `prepare()` returns a function that runs the workload once and
    returns (parts, check). The workload takes the time of that function, or the sum of its parts in w3.
    """
    try:
        if ARGS.workload not in workloads:
            raise Unable(f"{ARGS.workload} is not for {peer}")
        note, prepare = workloads[ARGS.workload]
        run = prepare()
        run()
    except Exception as error:
        if not isinstance(error, Unable):
            traceback.print_exc()
        say({"ready": False, "peer": peer, "version": version, "why": str(error) or repr(error)})
        return
    say({"ready": True, "peer": peer, "version": version, "note": note})
    for line in sys.stdin:
        if line.strip() == "run":
            start = time.perf_counter()
            parts, check = run()
            seconds = time.perf_counter() - start
            if ARGS.workload == "w3":
                seconds = sum(parts.values())
            say({"seconds": seconds, "parts": parts, "check": check})

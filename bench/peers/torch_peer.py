"""PyTorch, as two peers: eager with its fused optimizers, and (`--compiled`) each step as one compiled graph."""

import time

import common  # before PyTorch: it settles the threads
import torch
from torch_nets import OPTIMIZERS, RULES, Compiled, Eager, coefficients, floats

COMPILED = common.ARGS.compiled
NET = Compiled if COMPILED else Eager
# Networks of w2 that train side by side in one process: the fewer calls pay for eager, not for compiled steps.
SIDE_BY_SIDE = 1 if COMPILED else 16


def train(net, x, y, batches, after=lambda step: None):
    """The loss of each network before each update."""
    losses = torch.empty(len(batches), net.count)
    for step, (batch, loss) in enumerate(zip(batches.unbind(), losses.unbind())):
        loss.copy_(net.step(x, y, batch))
        after(step)
    return losses


def data(part):
    """The images as bytes, which are quicker to gather than floats, and the labels."""
    images = torch.from_numpy(common.load(f"{part}_images.u8")).view(-1, 784)
    return images, torch.from_numpy(common.labels(part))


def rows(name, *shape):
    return torch.from_numpy(common.load(name)).reshape(*shape)


def workers(work, items):
    """Two processes of one thread each are faster here than one with two threads."""

    def make():
        torch.set_num_threads(1)
        return work

    return common.Workers(make, items)


def w1():
    x, y = data("train")
    flat, batches = common.load("w1_params.f32"), rows("w1_batches.i32", -1, 128)

    def run():
        parts, check = {}, {}
        for rule, rate in common.W1_RULES.items():
            start = time.perf_counter()
            net = NET([flat], common.W1_SIZES, rule, [rate], len(batches))
            losses = train(net, x, y, batches)
            check[rule], check[f"{rule}/first"] = losses[-100:].mean().item(), losses[: common.FIRST].mean().item()
            parts[rule] = time.perf_counter() - start
        return parts, check

    return run


def w2():
    x, y = (v[:1000] for v in data("train"))
    known = floats(x)
    flats = common.load("w2_params.f32").reshape(16, -1)
    batches = rows("w2_batches.i32", -1, 100)[: common.spec()["w2_steps"]]

    def work(item):
        norm, at = item
        some = flats[at : at + SIDE_BY_SIDE]
        net = NET(some, common.W2_SIZES, "sgd", [0.01] * len(some), len(batches), norm)
        accuracies = []

        def after(step):
            if step % 10 == 9:
                accuracies.append(net.accuracy(known, y))

        losses = train(net, x, y, batches, after)
        return list(zip(accuracies[-1].tolist(), losses[: common.SOONER].mean(0).tolist()))

    pair = workers(work, [(norm, at) for norm in (True, False) for at in range(0, 16, SIDE_BY_SIDE)])
    return lambda: ({}, common.w2_check([net for some in pair.run() for net in some]))


def eager_update(rule, p, grad):
    p.grad = grad
    return OPTIMIZERS[rule]([p], 1e-3).step


def compiled_update(rule, p, grad):
    update, first, second = torch.compile(RULES[rule], fullgraph=True), torch.zeros_like(p), torch.zeros_like(p)
    # The coefficients of more steps than 50 ms can hold, so that none is computed in the timed loop.
    steps = iter(coefficients(rule, [1e-3], 100_000 if len(p) < 1_000_000 else 1000))
    return lambda: update(p, grad, first, second, *next(steps))


def w3():
    sizes = common.spec()["w3_sizes"]
    make = compiled_update if COMPILED else eager_update

    @torch.no_grad()
    def run():
        parts, check = {}, {}
        for n in sizes:
            grad = torch.from_numpy(common.w3_gradient(n))
            for rule in common.W3_RULES:
                p = torch.ones(n)
                update = make(rule, p, grad)
                for _ in range(5):
                    update()
                if n == 1000:
                    check[rule] = common.moved(p)
                parts[f"{rule}/{n}"] = common.repeat_for(update)
        return parts, check

    return run


def w4_layer(x, weights, name, std):
    x = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}[name](x @ (weights * std))
    low, high = common.W4_RANGES.get(name, (0.0, x.amax()))
    bins = ((x - low) * (common.BINS / (high - low))).int().clamp_(max=common.BINS - 1).flatten()
    # Each alone is faster than torch.std_mean.
    return x, x.mean(), x.std(correction=0), bins


def w4():
    start, weights = rows("w4_x.f32", 1000, 100), rows("w4_w.f32", 5, 100, 100)
    layer = torch.compile(w4_layer, fullgraph=True, dynamic=False) if COMPILED else w4_layer

    @torch.no_grad()
    def run():
        check = {}
        for case, (name, std) in enumerate(common.W4_CASES):
            x = start
            for w in weights:
                x, _, deviation, bins = layer(x, w, name, std)
                counts = torch.bincount(bins, minlength=common.BINS)  # several times faster than torch.histc
            check[str(case)], check[f"{case}h"] = deviation.item(), int(counts.max().item())
        return {}, check

    return run


def w5():
    x, y = data("train")
    flats = common.load("w5_params.f32").reshape(common.W5_SEEDS, -1)
    batches = rows("w5_batches.i32", common.W5_SEEDS, -1, 128)
    trials = common.w5_trials()
    # The rates of a rule and a seed see the same batches: side by side they share a product.
    groups = [(u, [r for v, r, t in trials if (v, t) == (u, s)], s) for u in common.W5_RULES[::-1] for s in range(5)]

    def work(group):
        rule, rates, seed = group
        net = NET([flats[seed]] * len(rates), common.SMALL_SIZES, rule, rates, len(batches[seed]))
        losses = train(net, x, y, batches[seed])
        last, first = losses[-50:].mean(0).tolist(), losses[: common.SOONER].mean(0).tolist()
        return [(rule, *trial) for trial in zip(rates, last, first)]

    pair = workers(work, groups)
    return lambda: ({}, common.w5_check([trial for group in pair.run() for trial in group]))


def w6():
    spec = common.spec()
    (x, y), (test_x, test_y) = data("train"), data("test")
    test_x = floats(test_x)
    flat, batches = common.load("w6_params.f32"), rows("w6_batches.i32", spec["w6_epochs"], spec["w6_steps"], 128)

    def run():
        losses, net = [], NET([flat], common.SMALL_SIZES, "adam", [0.001], spec["w6_epochs"] * spec["w6_steps"])
        for epoch in batches:
            losses.append(train(net, x, y, epoch))
            accuracy = net.accuracy(test_x, test_y)
        losses = torch.cat(losses)
        first, last = losses[: common.FIRST].mean().item(), losses[-100:].mean().item()
        return {}, {"accuracy": accuracy.item(), "loss/first": first, "loss": last}

    return run


if __name__ == "__main__":
    if common.ARGS.workload in ("w1", "w3", "w4", "w6"):
        torch.set_num_threads(common.ARGS.threads)
    KIND = "each step one compiled graph" if COMPILED else "fused optimizers, RMSProp in a loop"
    TWO = f"{KIND}; two processes"
    SIDE2 = TWO if SIDE_BY_SIDE == 1 else f"{TWO}, {SIDE_BY_SIDE} networks side by side in it"
    SIDE5 = f"{TWO}, the four rates side by side in it"
    common.serve(
        "torch compiled" if COMPILED else "torch",
        torch.__version__,
        {"w1": (KIND, w1), "w2": (SIDE2, w2), "w3": (KIND, w3), "w4": (KIND, w4), "w5": (SIDE5, w5), "w6": (KIND, w6)},
    )

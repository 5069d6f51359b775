"""JAX: each training is one compiled `lax.scan`, one network after the other: `vmap` over them is not faster here."""

import functools
import math
import os
import time

import common  # before JAX: it settles the threads

os.environ["JAX_PLATFORMS"] = "cpu"
# Else XLA splits work over as many threads as there are cores.
os.environ["PJRT_NPROC"] = "1"
# Two threads are two processes of one thread each; wide vectors are faster here than XLA's own choice.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false --xla_cpu_prefer_vector_width=512"

import jax  # noqa: E402  after the environment is settled
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

# Handing work to another thread would cost more than the small updates take.
jax.config.update("jax_cpu_enable_async_dispatch", False)

# Written by hand, for Optax's do not all have ε where PyTorch has it. A rule takes the rate, the number of this update
# (from 1), a parameter, its gradient and its moments, and returns the parameter and the moments.
def sgd(rate, t, p, g):
    return (p - rate * g,)


def momentum(rate, t, p, g, a):
    a = 0.9 * a + g
    return p - rate * a, a


def nesterov(rate, t, p, g, a):
    a = 0.9 * a + g
    return p - rate * (g + 0.9 * a), a


def adagrad(rate, t, p, g, b):
    b = b + g * g
    return p - rate * g / (jnp.sqrt(b) + 1e-10), b


def rmsprop(rate, t, p, g, b):
    b = 0.99 * b + 0.01 * g * g
    return p - rate * g / (jnp.sqrt(b) + 1e-8), b


def adam(rate, t, p, g, a, b):
    a, b = 0.9 * a + 0.1 * g, 0.999 * b + 0.001 * g * g
    # 1 - βᵗ without cancellation.
    first, second = (-jnp.expm1(t * math.log(beta)) for beta in (0.9, 0.999))
    return p - rate / first * a / (jnp.sqrt(b) * lax.rsqrt(second) + 1e-8), a, b


# Each with its number of moments.
RULES = {"sgd": (sgd, 0), "momentum": (momentum, 1), "nesterov": (nesterov, 1)}
RULES |= {"adagrad": (adagrad, 1), "rmsprop": (rmsprop, 1), "adam": (adam, 2)}


def parameters(flat, sizes, norm=False):
    """[weights (out, in), bias] of each layer, then [γ, β] with batch norm.

    Weights that lie as (out, in) have the faster product and gradient.
    """
    params = [[jnp.array(weights.T), jnp.array(bias)] for weights, bias in common.layers(flat, sizes)]
    if norm:
        params[:-1] = [[w, bias, jnp.ones_like(bias), jnp.zeros_like(bias)] for w, bias in params[:-1]]
    return params


def forward(params, x, averages=None):
    """The logits and the mean and variance of each layer with batch norm.

    They are the batch's, or the running `averages` if given.
    """
    used = []
    for at, (weights, bias, *norm) in enumerate(params):
        x = x @ weights.T + bias
        if norm:
            mean, variance = averages[at] if averages else (x.mean(0), x.var(0))
            used.append((mean, variance))
            x = (x - mean) * lax.rsqrt(variance + 1e-6) * norm[0] + norm[1]
        if at + 1 < len(params):
            x = jnp.maximum(x, 0)
    return x, used


def loss(params, x, y):
    z, used = forward(params, x)
    z -= lax.stop_gradient(z.max(1, keepdims=True))
    # A mask, for the gradient of an index is a slow scatter.
    picked = jnp.where(y[:, None] == jnp.arange(common.CLASSES), z, 0).sum(1)
    return (jnp.log(jnp.exp(z).sum(1)) - picked).mean(), used


def step(rule, params, moments, averages, rate, t, x, y):
    """The new state and the loss before."""
    (value, used), grads = jax.value_and_grad(loss, has_aux=True)(params, x, y)
    new = jax.tree.map(functools.partial(rule, rate, t), params, grads, *moments)
    one = jax.tree.structure((0,) * (1 + len(moments)))
    params, *moments = jax.tree.transpose(jax.tree.structure(params), one, new)
    averages = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, averages, used)
    return (params, tuple(moments), averages), value


def accuracy(params, averages, x, y):
    return (forward(params, x, averages)[0].argmax(1) == y).mean()


@functools.partial(jax.jit, static_argnums=0)
def train(name, params, rate, x, y, batches, test_x, test_y):
    """Trains on batches (rounds, steps, rows); the losses (rounds, steps) and the accuracy after each round."""
    rule, count = RULES[name]
    moments = (jax.tree.map(jnp.zeros_like, params),) * count
    averages = [(jnp.zeros_like(bias), jnp.zeros_like(bias)) for _, bias, *norm in params if norm]

    def one_step(state, batch):
        t, *state = state
        # Bytes are quicker to gather than floats.
        rows = floats(x.at[batch].get(mode="promise_in_bounds"))
        state, value = step(rule, *state, rate, t, rows, y[batch])
        return (t + 1, *state), value

    def one_round(state, batches):
        state, losses = lax.scan(one_step, state, batches)
        _, params, _, averages = state
        return state, (losses, accuracy(params, averages, test_x, test_y))

    return lax.scan(one_round, (jnp.float32(1), params, moments, averages), batches)[1]


def data(part):
    return jnp.array(common.load(f"{part}_images.u8").reshape(-1, 784)), jnp.array(common.load(f"{part}_labels.u8"))


def floats(images):
    return images.astype(jnp.float32) * np.float32(1 / 255)


def rows(name, *shape):
    return common.load(name).reshape(*shape)


def w1():
    x, y = data("train")
    flat = common.load("w1_params.f32")
    batches = jnp.array(rows("w1_batches.i32", 1, -1, 128))
    nothing = floats(x[:1]), y[:1]

    def run():
        parts, check = {}, {}
        for rule, rate in common.W1_RULES.items():
            start = time.perf_counter()
            params = parameters(flat, common.W1_SIZES)
            losses, _ = train(rule, params, rate, x, y, batches, *nothing)
            losses = np.asarray(losses)[0]
            check[rule], check[f"{rule}/first"] = float(losses[-100:].mean()), float(losses[: common.FIRST].mean())
            parts[rule] = time.perf_counter() - start
        return parts, check

    return run


def w2():
    flats = rows("w2_params.f32", 16, -1)
    batches = rows("w2_batches.i32", -1, 10, 100)[: common.spec()["w2_steps"] // 10]

    def make():
        x, y = (v[:1000] for v in data("train"))
        known, here = floats(x), jnp.array(batches)

        def work(item):
            norm, at = item
            losses, accuracies = train("sgd", parameters(flats[at], common.W2_SIZES, norm), 0.01, x, y, here, known, y)
            return float(accuracies[-1]), float(np.asarray(losses).ravel()[: common.SOONER].mean())

        return work

    workers = common.Workers(make, [(norm, at) for norm in (True, False) for at in range(16)])
    return lambda: ({}, common.w2_check(workers.run()))


def w3():
    sizes = common.spec()["w3_sizes"]

    @functools.partial(jax.jit, static_argnums=0, donate_argnums=1)
    def update(rule, state, grad):
        t, p, *moments = state
        return jax.tree.map(lambda t: t + 1, t), *rule(1e-3, t, p, grad, *moments)

    def run():
        parts, check = {}, {}
        for n in sizes:
            grad = jnp.array(common.w3_gradient(n))
            for name in common.W3_RULES:
                rule, count = RULES[name]
                # Adam alone asks for the number of the update.
                state = (jnp.float32(1) if name == "adam" else None, jnp.ones(n), *(jnp.zeros(n) for _ in range(count)))

                def once():
                    nonlocal state
                    state = jax.block_until_ready(update(rule, state, grad))

                for _ in range(5):
                    once()
                if n == 1000:
                    check[name] = common.moved(np.asarray(state[1]))
                parts[f"{name}/{n}"] = common.repeat_for(once)
        return parts, check

    return run


def histogram(x, low, high):
    bins = jnp.minimum((x - low) * (common.BINS / (high - low)), common.BINS - 1)
    # Columns of so few numbers that a byte counts them: wide vectors compare and count, quicker than a scatter.
    bins = lax.optimization_barrier(bins.astype(jnp.uint8)).reshape(200, -1)
    known = jnp.arange(common.BINS, dtype=jnp.uint8)[:, None]
    counts = jnp.zeros((common.BINS, bins.shape[1]), jnp.uint8)
    return lax.fori_loop(0, len(bins), lambda i, counts: counts + (bins[i] == known), counts).sum(1, dtype=jnp.int32)


@jax.jit
def study(start, weights):
    functions = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}
    results = []
    for name, std in common.W4_CASES:
        x, layers = start, []
        for layer in weights:
            x = functions[name](x @ (layer * std))
            layers.append((x.mean(), x.std(), histogram(x, *common.W4_RANGES.get(name, (0.0, x.max())))))
        results.append(layers)
    return results


def w4():
    start, weights = jnp.array(rows("w4_x.f32", 1000, 100)), jnp.array(rows("w4_w.f32", 5, 100, 100))

    def run():
        check = {}
        for case, layers in enumerate(jax.device_get(study(start, weights))):
            _, deviation, counts = layers[-1]
            check[str(case)], check[f"{case}h"] = float(deviation), int(counts.max())
        return {}, check

    return run


def w5():
    flats = rows("w5_params.f32", common.W5_SEEDS, -1)
    batches = rows("w5_batches.i32", common.W5_SEEDS, 1, -1, 128)

    def make():
        x, y = data("train")
        nothing = floats(x[:1]), y[:1]
        here = [jnp.array(of_seed) for of_seed in batches]

        def work(trial):
            rule, rate, seed = trial
            losses, _ = train(rule, parameters(flats[seed], common.SMALL_SIZES), rate, x, y, here[seed], *nothing)
            losses = np.asarray(losses)[0]
            return rule, rate, float(losses[-50:].mean()), float(losses[: common.SOONER].mean())

        return work

    workers = common.Workers(make, common.w5_trials())
    return lambda: ({}, common.w5_check(workers.run()))


def w6():
    spec = common.spec()
    (x, y), (test_x, test_y) = data("train"), data("test")
    test_x = floats(test_x)
    flat = common.load("w6_params.f32")
    batches = jnp.array(rows("w6_batches.i32", spec["w6_epochs"], spec["w6_steps"], 128))

    def run():
        params = parameters(flat, common.SMALL_SIZES)
        losses, accuracies = train("adam", params, 0.001, x, y, batches, test_x, test_y)
        losses = np.asarray(losses).ravel()
        first, last = float(losses[: common.FIRST].mean()), float(losses[-100:].mean())
        return {}, {"accuracy": float(accuracies[-1]), "loss/first": first, "loss": last}

    return run


if __name__ == "__main__":
    ONE = "the training loop in one lax.scan"
    TWO = f"{ONE}; two processes"
    UPDATE, STUDY = "jitted, in place by donation", "the study in one jit"
    common.serve(
        "jax",
        jax.__version__,
        {"w1": (ONE, w1), "w2": (TWO, w2), "w3": (UPDATE, w3), "w4": (STUDY, w4), "w5": (TWO, w5), "w6": (ONE, w6)},
    )

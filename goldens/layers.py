"""Layers, losses, batch normalisation and two small networks: forward and backward in float64.

Backward means: given d = the gradient of the loss with respect to the output, the gradients with respect to the input
and the parameters. Weights are (in, out), one example a row, y = x W + b.
"""

import recording  # first: it sets the frameworks up

import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch
import torch.nn.functional as F


def affine(rng):
    x, w, b, d = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    tx, tw, tb = (torch.tensor(a, requires_grad=True) for a in (x, w, b))
    y = tx @ tw + tb
    y.backward(torch.tensor(d))
    return {"x": x, "w": w, "b": b, "y": y, "d": d, "dx": tx.grad, "dw": tw.grad, "db": tb.grad}


ACTIVATIONS = [
    ("sigmoid", "torch.sigmoid(x)", {}),
    ("tanh", "torch.tanh(x)", {}),
    ("relu", "F.relu(x)", {}),
    ("leaky_relu", "F.leaky_relu(x, 0.01)", {"slope": 0.01}),
    ("gelu", "F.gelu(x)", {"form": "exact"}),
    ("gelu", "F.gelu(x, approximate='tanh')", {"form": "tanh"}),
    ("silu", "F.silu(x)", {}),
]


def activations(rng):
    """At zero, either side of it, where they saturate, and far beyond, where a naive exp would overflow."""
    x = np.concatenate([rng.normal(size=12), [0.0, 1e-3, -1e-3, 6.0, -6.0, 40.0, -40.0, 800.0, -800.0]])
    d = rng.normal(size=x.shape)
    made = []
    for name, call, settings in ACTIVATIONS:
        tx = torch.tensor(x, requires_grad=True)
        y = eval(call, {"torch": torch, "F": F, "x": tx})
        y.backward(torch.tensor(d))
        made.append({"name": name, "call": call, "settings": settings, "y": y, "dx": tx.grad})
    return {"x": x, "d": d, "cases": made}


def losses(rng):
    """Softmax cross entropy: mean over the batch. Squared error: mean over all elements, without the half."""
    wild = rng.normal(size=(4, 5))
    wild[0, 2], wild[1, 0], wild[2, 3] = 1e3, -1e3, 1e3
    labels = [2, 0, 1, 4]  # right, wrong and neutral beside the huge logits
    made = []
    for name, logits, at in (("usual", 2.0 * rng.normal(size=(6, 4)), [0, 3, 1, 1, 2, 0]), ("huge logits", wild, labels)):
        tx = torch.tensor(logits, requires_grad=True)
        loss = F.cross_entropy(tx, torch.tensor(at))
        loss.backward()
        made.append({"name": name, "logits": logits, "labels": at, "loss": loss, "dlogits": tx.grad})
    x, target = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    tx = torch.tensor(x, requires_grad=True)
    loss = F.mse_loss(tx, torch.tensor(target))
    loss.backward()
    return {
        "softmax_cross_entropy": {"reduction": "mean over the batch", "cases": made},
        "mse": {"reduction": "mean over all elements", "x": x, "target": target, "loss": loss, "dx": tx.grad},
    }


class TextbookNorm:
    """Batch normalisation of the textbook: biased variances, running statistics from zero, weight .9 on the old ones."""

    settings = {"eps": 1e-6, "old_weight": 0.9, "running_var_start": 0.0, "running_var": "biased"}
    call, tolerance = "layers.py", 1e-12

    def __init__(self, gamma, beta):
        self.gamma, self.beta = gamma, beta
        self.mean, self.var = np.zeros_like(gamma), np.full_like(gamma, self.settings["running_var_start"])

    def train(self, x, d):
        mean, var = x.mean(axis=0), x.var(axis=0)
        root = np.sqrt(var + self.settings["eps"])
        z = (x - mean) / root
        keep = self.settings["old_weight"]
        n = len(x)
        fresh = var * n / (n - 1) if self.settings["running_var"] == "unbiased" else var
        self.mean, self.var = keep * self.mean + (1 - keep) * mean, keep * self.var + (1 - keep) * fresh
        dz = d * self.gamma
        dx = (dz - dz.mean(axis=0) - z * (dz * z).mean(axis=0)) / root
        return self.gamma * z + self.beta, dx, (d * z).sum(axis=0), d.sum(axis=0)

    def evaluate(self, x):
        return self.gamma * (x - self.mean) / np.sqrt(self.var + self.settings["eps"]) + self.beta


class TorchNorm:
    settings = {"eps": 1e-5, "old_weight": 0.9, "running_var_start": 1.0, "running_var": "unbiased"}
    call, tolerance = "torch.nn.BatchNorm1d(4)", 1e-12

    def __init__(self, gamma, beta):
        self.layer = eval(self.call)
        self.layer.weight.data, self.layer.bias.data = torch.tensor(gamma), torch.tensor(beta)

    def train(self, x, d):
        self.layer.train().zero_grad()
        tx = torch.tensor(x, requires_grad=True)
        y = self.layer(tx)
        y.backward(torch.tensor(d))
        self.mean, self.var = self.layer.running_mean.numpy().copy(), self.layer.running_var.numpy().copy()
        return y, tx.grad, self.layer.weight.grad.clone(), self.layer.bias.grad.clone()

    def evaluate(self, x):
        return self.layer.eval()(torch.tensor(x))


class KerasNorm:
    settings = {"eps": 1e-3, "old_weight": 0.99, "running_var_start": 1.0, "running_var": "biased"}
    call, tolerance = "keras.layers.BatchNormalization()", 1e-5  # it computes in float32 on JAX and torch

    def __init__(self, gamma, beta):
        self.layer = eval(self.call)
        self.layer.build((None, len(gamma)))
        self.layer.gamma.assign(gamma)
        self.layer.beta.assign(beta)

    def train(self, x, d):
        rest = [v.value for v in self.layer.non_trainable_variables]

        def forward(params, inputs):
            return self.layer.stateless_call(params, rest, inputs, training=True)

        params = [v.value for v in self.layer.trainable_variables]
        assert self.layer.trainable_variables[0] is self.layer.gamma
        y, back, after = jax.vjp(forward, params, jnp.asarray(x), has_aux=True)
        (dgamma, dbeta), dx = back(jnp.asarray(d))
        for variable, value in zip(self.layer.non_trainable_variables, after):
            variable.assign(value)
        self.mean, self.var = np.array(self.layer.moving_mean.value), np.array(self.layer.moving_variance.value)
        return y, dx, dgamma, dbeta

    def evaluate(self, x):
        return self.layer(jnp.asarray(x), training=False)


def batch_norm(rng):
    """Three batches of 6 rows and 4 features, one of them nearly constant so that ε matters; then one to evaluate."""
    scale, shift = np.array([1.0, 10.0, 0.1, 1e-3]), np.array([0.0, -5.0, 0.3, 0.02])
    batches = [shift + scale * rng.normal(size=(6, 4)) for _ in range(4)]
    ds = [rng.normal(size=(6, 4)) for _ in range(3)]
    gamma, beta = rng.uniform(0.5, 2.0, size=4), rng.normal(size=4)
    made = []
    for dialect, kind in (("textbook", TextbookNorm), ("torch", TorchNorm), ("keras", KerasNorm)):
        layer = kind(gamma, beta)
        steps = [dict(zip(NORM_NUMBERS, [*layer.train(x, d), layer.mean, layer.var])) for x, d in zip(batches, ds)]
        case = {"dialect": dialect, "call": kind.call, "settings": kind.settings, "tolerance": kind.tolerance}
        case |= {"train": steps, "evaluate": layer.evaluate(batches[3])}
        examine(case, gamma, beta, batches, ds)
        made.append(case)
    return {"gamma": gamma, "beta": beta, "batches": batches[:3], "d": ds, "evaluate": batches[3], "cases": made}


NORM_NUMBERS = ("y", "dx", "dgamma", "dbeta", "running_mean", "running_var")


def examine(case, gamma, beta, batches, ds):
    """Raises unless our formula gives the recorded numbers, and with any one convention changed gives others."""

    def off(settings):
        layer = type("Norm", (TextbookNorm,), {"settings": {**case["settings"], **settings}})(gamma, beta)
        pairs = []
        for x, d, recorded in zip(batches, ds, case["train"]):
            pairs += zip([*layer.train(x, d), layer.mean, layer.var], (recorded[name] for name in NORM_NUMBERS))
        pairs.append((layer.evaluate(batches[3]), case["evaluate"]))
        pairs = [(ours, np.array(recording.plain(found))) for ours, found in pairs]
        return max(float(np.max(np.abs(ours - found) / np.maximum(np.abs(found), 1.0))) for ours, found in pairs)

    s = case["settings"]
    agrees = off({})
    nearest = min(
        off({"eps": 2.0 * s["eps"]}),
        off({"old_weight": 0.9 if s["old_weight"] == 0.99 else 0.99}),
        off({"running_var_start": 1.0 - s["running_var_start"]}),
        off({"running_var": "biased" if s["running_var"] == "unbiased" else "unbiased"}),
    )
    line = f"batch norm, {case['dialect']}: formula agrees to {agrees:.1e}, nearest near miss differs by {nearest:.1e}"
    print(line)
    assert agrees < case["tolerance"] < nearest / 100, line


def network(rng, norm):
    """5 → 8 → 7 → 3, affine, batch norm (training; ε 1e-6) if asked for, ReLU; softmax cross entropy over 6 rows."""
    sizes = [5, 8, 7, 3]
    params = {}
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
        params[f"w{i}"] = rng.normal(size=(n_in, n_out)) * np.sqrt(2.0 / n_in)
        params[f"b{i}"] = 0.1 * rng.normal(size=n_out)
        if norm and i < 3:
            params[f"gamma{i}"] = rng.uniform(0.5, 1.5, size=n_out)
            params[f"beta{i}"] = 0.1 * rng.normal(size=n_out)
    x, labels = rng.normal(size=(6, 5)), [0, 2, 1, 1, 0, 2]
    p = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    h = torch.tensor(x)
    for i in (1, 2):
        h = h @ p[f"w{i}"] + p[f"b{i}"]
        if norm:
            h = F.batch_norm(h, None, None, p[f"gamma{i}"], p[f"beta{i}"], training=True, eps=1e-6)
        h = F.relu(h)
    logits = h @ p["w3"] + p["b3"]
    loss = F.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    return {
        "batch_norm": {"eps": 1e-6, "place": "between affine and relu"} if norm else None,
        "sizes": sizes,
        "params": params,
        "x": x,
        "labels": labels,
        "logits": logits,
        "loss": loss,
        "grads": {name: value.grad for name, value in p.items()},
    }


def document():
    rng = np.random.default_rng(1502)
    return {
        "about": "d: gradient of the loss with respect to the output y; dx, dw, …: with respect to x, w, …",
        "made_with": recording.made_with("torch", "keras", "jax", "numpy"),
        "affine": affine(rng),
        "activations": activations(rng),
        "losses": losses(rng),
        "batch_norm": batch_norm(rng),
        "networks": [network(rng, norm=False), network(rng, norm=True)],
    }

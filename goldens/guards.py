"""Gradient clipping: two blocks of gradients in, two blocks out, by each framework itself."""

import recording  # first: it sets the frameworks up

import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch


def torch_clip(call, blocks):
    params = [torch.nn.Parameter(torch.zeros(b.shape)) for b in blocks]
    for p, b in zip(params, blocks):
        p.grad = torch.tensor(b)
    eval(call, {"torch": torch, "params": params})
    return [p.grad for p in params]


def keras_clip(call, blocks):
    """From zero with rate 1, plain SGD lands at minus the clipped gradient."""
    params = [keras.Variable(np.zeros(b.shape), dtype="float64") for b in blocks]
    eval(call, {"keras": keras}).apply_gradients([(jnp.asarray(b), p) for b, p in zip(blocks, params)])
    return [0.0 - np.array(p.value) for p in params]


def optax_clip(call, blocks):
    transform = eval(call, {"optax": optax})
    tree = [jnp.asarray(b) for b in blocks]
    return transform.update(tree, transform.init(tree))[0]


# guard, settings, framework, call (run as it stands), formula in NumPy for all blocks bs with global norm n
CASES = [
    ("clip_norm", {"max": 1.0, "eps": 1e-6}, torch_clip, "torch.nn.utils.clip_grad_norm_(params, 1.0)",
     "[b * min(1.0, 1.0 / (n + 1e-6)) for b in bs]"),
    ("clip_value", {"max": 0.5}, torch_clip, "torch.nn.utils.clip_grad_value_(params, 0.5)",
     "[np.clip(b, -0.5, 0.5) for b in bs]"),
    ("clip_norm", {"max": 1.0, "eps": 0.0}, optax_clip, "optax.clip_by_global_norm(1.0)", "[b / max(n, 1.0) for b in bs]"),
    ("clip_value", {"max": 0.5}, optax_clip, "optax.clip(0.5)", "[np.clip(b, -0.5, 0.5) for b in bs]"),
    ("clip_norm_per_block", {"max": 1.0}, keras_clip, "keras.optimizers.SGD(learning_rate=1.0, clipnorm=1.0)",
     "[b / max(np.linalg.norm(b), 1.0) for b in bs]"),
    ("clip_norm", {"max": 1.0, "eps": 0.0}, keras_clip, "keras.optimizers.SGD(learning_rate=1.0, global_clipnorm=1.0)",
     "[b / max(n, 1.0) for b in bs]"),
    ("clip_value", {"max": 0.5}, keras_clip, "keras.optimizers.SGD(learning_rate=1.0, clipvalue=0.5)",
     "[np.clip(b, -0.5, 0.5) for b in bs]"),
]


def inputs():
    """Below and above the limit; one block above it and one below, where per block and global differ; all zero."""
    rng = np.random.default_rng(1301)
    blocks = [rng.normal(size=(3, 2)), rng.normal(size=3)]
    return {
        "above": [2.0 * blocks[0], blocks[1]],
        "uneven": [3.0 * blocks[0], 0.1 * blocks[1]],
        "below": [0.05 * blocks[0], 0.1 * blocks[1]],
        "zero": [0.0 * np.abs(b) for b in blocks],
    }


def document():
    given = inputs()
    cases = []
    for guard, settings, run, call, formula in CASES:
        clipped = {}
        for name, blocks in given.items():
            out = [np.array(recording.plain(b)) for b in run(call, blocks)]
            norm = np.sqrt(sum(np.sum(b * b) for b in blocks))
            ours = eval(formula, {"np": np, "bs": blocks, "n": norm, "min": min, "max": max})
            off = max(float(np.max(np.abs(a - b))) for a, b in zip(out, ours))
            assert off < 1e-15, f"expected {call} to follow {formula}; on {name!r} they differ by {off}"
            clipped[name] = [b.ravel() for b in out]
        framework = run.__name__.split("_")[0]
        print(f"{framework:6} {guard:20} as its formula")
        cases.append({
            "guard": guard, "framework": framework, "call": call, "settings": settings, "formula": formula, "out": clipped,
        })
    return {
        "about": "gradients of two blocks, row by row, before (in) and after (out of each case)",
        "made_with": recording.made_with("torch", "keras", "jax", "optax", "numpy"),
        "shapes": [[3, 2], [3]],
        "in": {name: [b.ravel() for b in blocks] for name, blocks in given.items()},
        "cases": cases,
    }

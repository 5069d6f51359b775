"""Initial weights: what each framework's name means for 300 inputs and 200 outputs, in theory and on a million draws."""

import recording  # first: it sets the frameworks up

import math

import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch

N_IN, N_OUT = 300, 200
DRAWS = 17  # tensors of 300 × 200, so a million numbers
# Standard deviation of a standard normal cut at ±2, 0.8796…: 1 - 4 φ(2) / P(|z| < 2), rooted.
TRUNCATED_STD = math.sqrt(1.0 - 4.0 * math.exp(-2.0) / math.sqrt(2.0 * math.pi) / math.erf(math.sqrt(2.0)))

# framework, call (run as it stands on p, the weight, or key), law, variance times the fan, fan
CASES = [
    ("textbook", "rng.normal(0.0, math.sqrt(1 / 300), (300, 200))", "normal", 1.0, "in", "xavier"),
    ("textbook", "rng.normal(0.0, math.sqrt(2 / 300), (300, 200))", "normal", 2.0, "in", "he"),
    ("torch", "torch.nn.init.xavier_normal_(p)", "normal", 1.0, "average", "xavier"),
    ("torch", "torch.nn.init.xavier_uniform_(p)", "uniform", 1.0, "average", "xavier"),
    ("torch", "torch.nn.init.kaiming_normal_(p, nonlinearity='relu')", "normal", 2.0, "in", "he"),
    ("torch", "torch.nn.init.kaiming_normal_(p, mode='fan_out', nonlinearity='relu')", "normal", 2.0, "out", "he"),
    ("torch", "torch.nn.init.kaiming_uniform_(p, nonlinearity='relu')", "uniform", 2.0, "in", "he"),
    ("torch", "torch.nn.init.kaiming_uniform_(p, a=math.sqrt(5))", "uniform", 1.0 / 3.0, "in", "torch.nn.Linear"),
    ("keras", "keras.initializers.GlorotNormal(seed=s)((300, 200))", "truncated_normal", 1.0, "average", "glorot"),
    ("keras", "keras.initializers.GlorotUniform(seed=s)((300, 200))", "uniform", 1.0, "average", "glorot"),
    ("keras", "keras.initializers.HeNormal(seed=s)((300, 200))", "truncated_normal", 2.0, "in", "he"),
    ("keras", "keras.initializers.HeUniform(seed=s)((300, 200))", "uniform", 2.0, "in", "he"),
    ("keras", "keras.initializers.LecunNormal(seed=s)((300, 200))", "truncated_normal", 1.0, "in", "lecun"),
    ("keras", "keras.initializers.LecunUniform(seed=s)((300, 200))", "uniform", 1.0, "in", "lecun"),
    ("jax", "jax.nn.initializers.glorot_normal()(key, (300, 200), jnp.float64)",
     "truncated_normal", 1.0, "average", "glorot"),
    ("jax", "jax.nn.initializers.glorot_uniform()(key, (300, 200), jnp.float64)", "uniform", 1.0, "average", "glorot"),
    ("jax", "jax.nn.initializers.he_normal()(key, (300, 200), jnp.float64)", "truncated_normal", 2.0, "in", "he"),
    ("jax", "jax.nn.initializers.he_uniform()(key, (300, 200), jnp.float64)", "uniform", 2.0, "in", "he"),
    ("jax", "jax.nn.initializers.lecun_normal()(key, (300, 200), jnp.float64)", "truncated_normal", 1.0, "in", "lecun"),
    ("jax", "jax.nn.initializers.lecun_uniform()(key, (300, 200), jnp.float64)", "uniform", 1.0, "in", "lecun"),
]


def draw(call):
    """A million numbers; torch's weight is (out, in), the others' (in, out)."""
    torch.manual_seed(6)
    rng = np.random.default_rng(6)
    parts = []
    for s in range(DRAWS):
        words = {"torch": torch, "keras": keras, "jax": jax, "jnp": jnp, "math": math, "rng": rng, "s": s}
        words |= {"p": torch.empty(N_OUT, N_IN), "key": jax.random.key(s)}
        parts.append(np.array(recording.plain(eval(call, words))).ravel())
    return np.concatenate(parts)


def theory(law, scale, fan):
    """The exact standard deviation, the bound on |w| (none for a plain normal), and the normal's own deviation."""
    std = math.sqrt(scale / {"in": N_IN, "out": N_OUT, "average": (N_IN + N_OUT) / 2}[fan])
    if law == "uniform":
        return {"std": std, "bound": math.sqrt(3.0) * std}
    if law == "truncated_normal":
        return {"std": std, "bound": 2.0 * std / TRUNCATED_STD, "std_before_truncation": std / TRUNCATED_STD}
    return {"std": std, "bound": None}


def examine(call, law, exact, w):
    """Raises unless the draws fit the theory closely enough to tell it from the other laws and fans."""
    n = len(w)
    kurtosis = {"uniform": 1.8, "normal": 3.0, "truncated_normal": 2.366}[law]
    error = exact["std"] * math.sqrt((kurtosis - 1.0) / 4.0 / n)  # of a measured standard deviation
    off = abs(w.std() - exact["std"]) / error
    assert off < 4.0, f"expected a standard deviation of {exact['std']} from {call}; found {w.std()}, {off:.1f} errors off"
    assert abs(w.mean()) < 4.0 * exact["std"] / math.sqrt(n), f"expected a mean of 0 from {call}; found {w.mean()}"
    found = float(np.mean(w**4) / np.mean(w**2) ** 2)
    assert abs(found - kurtosis) < 0.02, f"expected a {law} law from {call}, kurtosis {kurtosis}; found {found}"
    edge = float(np.abs(w).max())
    if exact["bound"]:
        filled = 0.999 * exact["bound"] < edge <= exact["bound"] * (1 + 1e-6)
        assert filled, f"expected {call} to fill ±{exact['bound']}; found {edge}"
    print(f"{call:80} std off by {off:.1f} of its errors, kurtosis {found:.3f}")


def orthogonal():
    """Q with orthonormal rows or columns, whichever are fewer, times the gain; no numbers, only the property."""
    made = []
    for rows, columns in ((200, 300), (300, 200), (50, 50)):
        torch.manual_seed(7)
        q = torch.nn.init.orthogonal_(torch.empty(rows, columns), gain=1.5).numpy()
        gram = q @ q.T if rows < columns else q.T @ q
        off = float(np.abs(gram - 1.5**2 * np.eye(min(rows, columns))).max())
        assert off < 1e-13, f"expected orthogonal_ to be orthogonal to 1e-13; found {off}"
        made.append({"shape": [rows, columns], "gain": 1.5, "gram_is": "gain² I on the smaller side", "within": 1e-13})
    return made


def gains():
    calls = ["'linear'", "'sigmoid'", "'tanh'", "'relu'", "'leaky_relu', 0.01", "'leaky_relu', math.sqrt(5)", "'selu'"]
    words = {"torch": torch, "math": math}
    return {c.replace("'", ""): float(eval(f"torch.nn.init.calculate_gain({c})", words)) for c in calls}


def document():
    cases = []
    for framework, call, law, scale, fan, name in CASES:
        w, exact = draw(call), theory(law, scale, fan)
        examine(call, law, exact, w)
        measured = {"count": len(w), "mean": w.mean(), "std": w.std(), "min": w.min(), "max": w.max()}
        cases.append({
            "name": name, "framework": framework, "call": call, "law": law, "scale": scale, "fan": fan,
            **exact, "measured": measured,
        })
    return {
        "about": "variance = scale / fan; average fan = (in + out) / 2; a truncated normal is cut at twice std_before_truncation",
        "made_with": recording.made_with("torch", "keras", "jax", "numpy"),
        "n_in": N_IN,
        "n_out": N_OUT,
        "truncated_std": TRUNCATED_STD,
        "cases": cases,
        "torch_gains": gains(),
        "orthogonal": orthogonal(),
    }

"""What all topics share: frameworks set to float64 on one CPU thread, and how numbers are written and compared.

Import this before any framework: Keras and JAX read their settings at import.
"""

import importlib.metadata
import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import keras
import torch

keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
assert jax.numpy.zeros(1).dtype == "float64"

FOLDER = pathlib.Path(__file__).resolve().parent

# Another CPU may round the last bits differently (fused multiply-add, vector exp); a changed formula shows far above this.
TOLERANCE = 1e-12


def made_with(*packages):
    """Exact versions of the named packages, as in requirements.txt (torch without its build suffix)."""
    return {name: importlib.metadata.version(name).split("+")[0] for name in sorted(packages)}


def _is_row(value):
    return isinstance(value, (list, tuple)) and not any(isinstance(v, (list, tuple, dict)) for v in value)


def _text(value, indent):
    """JSON with one row of numbers a line, so that a diff shows which row changed. Floats as repr: they round-trip."""
    pad = " " * (indent + 1)
    if isinstance(value, dict) and value:
        rows = [f"{pad}{json.dumps(str(k))}: {_text(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    if isinstance(value, (list, tuple)) and not _is_row(value):
        return "[\n" + ",\n".join(pad + _text(v, indent + 1) for v in value) + "\n" + " " * indent + "]"
    return json.dumps(plain(value), allow_nan=False, ensure_ascii=False)


def plain(value):
    """NumPy, torch and JAX arrays and scalars as nested lists and numbers of Python."""
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__array__"):
        return value.__array__().tolist()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def render(document):
    """The text of a JSON file; refuses NaN and infinity, which JSON cannot carry."""
    return _text(plain(document), 0) + "\n"


def differences(found, committed, path="", tolerance=TOLERANCE):
    """Where two documents differ: numbers by more than the tolerance (relative, absolute below 1), the rest at all.

    A part that holds less than float64 says so itself, under "tolerance".
    """
    if isinstance(found, dict) and isinstance(committed, dict):
        tolerance = found.get("tolerance", tolerance)
        for key in sorted(found.keys() ^ committed.keys()):
            yield f"{path}/{key}: only in the {'new' if key in found else 'committed'} numbers"
        for key in found.keys() & committed.keys():
            yield from differences(found[key], committed[key], f"{path}/{key}", tolerance)
    elif isinstance(found, list) and isinstance(committed, list):
        if len(found) != len(committed):
            yield f"{path}: {len(found)} items, committed {len(committed)}"
        for index, (new, old) in enumerate(zip(found, committed)):
            yield from differences(new, old, f"{path}/{index}", tolerance)
    elif isinstance(found, float) and isinstance(committed, float):
        if not math.isclose(found, committed, rel_tol=tolerance, abs_tol=tolerance):
            yield f"{path}: {found!r}, committed {committed!r}"
    elif type(found) is not type(committed) or found != committed:
        yield f"{path}: {found!r}, committed {committed!r}"

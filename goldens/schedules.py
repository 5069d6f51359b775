"""Learning-rate schedules as multipliers of the base (or peak) rate, for step t = 0 … 199, by each framework itself.

The base rate is 1, so a framework's rate is the multiplier. Each case carries its formula as a Python expression of t,
which must reproduce the recorded numbers.
"""

import recording  # first: it sets the frameworks up

import math

import keras
import numpy as np
import optax
import torch
from torch.optim import lr_scheduler

STEPS = 200


def line(start, end, share):
    """From start to end on a straight line; share of the way in [0, 1]."""
    return start + (end - start) * min(max(share, 0.0), 1.0)


def wave(start, end, share):
    """From start to end along half a cosine; share of the way in [0, 1]."""
    return end + (start - end) * (1.0 + math.cos(math.pi * min(max(share, 0.0), 1.0))) / 2.0


WORDS = {"cos": math.cos, "pi": math.pi, "min": min, "max": max, "line": line, "wave": wave}

ONE_CYCLE = {"total": 200, "rise": 0.3, "start": 1 / 25, "end": 1 / 25 / 1e4}

# kind, settings, formula, call (run as it stands)
TORCH = [
    ("step", {"every": 30, "factor": 0.3}, "0.3 ** (t // 30)", "lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.3)"),
    ("steps_at", {"at": [50, 120], "factor": 0.1}, "0.1 ** ((t >= 50) + (t >= 120))",
     "lr_scheduler.MultiStepLR(optimizer, milestones=[50, 120], gamma=0.1)"),
    ("exponential", {"factor": 0.98}, "0.98 ** t", "lr_scheduler.ExponentialLR(optimizer, gamma=0.98)"),
    ("cosine", {"total": 200, "end": 0.0}, "wave(1, 0, t / 200)", "lr_scheduler.CosineAnnealingLR(optimizer, T_max=200)"),
    ("cosine", {"total": 200, "end": 0.1}, "wave(1, 0.1, t / 200)",
     "lr_scheduler.CosineAnnealingLR(optimizer, T_max=200, eta_min=0.1)"),
    ("cosine_there_and_back", {"half_period": 80, "end": 0.1}, "0.1 + 0.9 * (1 + cos(pi * t / 80)) / 2",
     "lr_scheduler.CosineAnnealingLR(optimizer, T_max=80, eta_min=0.1)"),
    ("polynomial", {"total": 150, "power": 2.0, "end": 0.0}, "(1 - min(t, 150) / 150) ** 2",
     "lr_scheduler.PolynomialLR(optimizer, total_iters=150, power=2.0)"),
    ("warmup", {"steps": 20, "start": 0.1}, "line(0.1, 1, t / 20)",
     "lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=20)"),
    ("warmup_cosine", {"warmup_steps": 20, "start": 0.1, "total": 200, "end": 0.0},
     "line(0.1, 1, t / 20) if t < 20 else wave(1, 0, (t - 20) / 180)",
     "lr_scheduler.SequentialLR(optimizer, [lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=20), "
     "lr_scheduler.CosineAnnealingLR(optimizer, T_max=180)], milestones=[20])"),
    ("one_cycle_cosine", {**ONE_CYCLE, "rise_ends_at": 59, "ends_at": 199},
     "wave(1 / 25, 1, t / 59) if t < 59 else wave(1, 4e-6, (t - 59) / 140)",
     "lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=200, cycle_momentum=False)"),
    ("one_cycle_linear", {**ONE_CYCLE, "rise_ends_at": 59, "ends_at": 199},
     "line(1 / 25, 1, t / 59) if t < 59 else line(1, 4e-6, (t - 59) / 140)",
     "lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=200, anneal_strategy='linear', cycle_momentum=False)"),
    ("one_cycle_linear_three_phases", {**ONE_CYCLE, "rise_ends_at": 59, "fall_ends_at": 118, "ends_at": 199},
     "line(1 / 25, 1, t / 59) if t < 59 else line(1, 1 / 25, (t - 59) / 59) if t < 118 "
     "else line(1 / 25, 4e-6, (t - 118) / 81)",
     "lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=200, anneal_strategy='linear', three_phase=True, "
     "cycle_momentum=False)"),
]

KERAS = [
    ("inverse_time", {"every": 20, "rate": 0.5, "staircase": False}, "1 / (1 + 0.5 * t / 20)",
     "schedules.InverseTimeDecay(1.0, decay_steps=20, decay_rate=0.5)"),
    ("inverse_time", {"every": 20, "rate": 0.5, "staircase": True}, "1 / (1 + 0.5 * (t // 20))",
     "schedules.InverseTimeDecay(1.0, decay_steps=20, decay_rate=0.5, staircase=True)"),
    ("exponential_every", {"every": 20, "factor": 0.7, "staircase": False}, "0.7 ** (t / 20)",
     "schedules.ExponentialDecay(1.0, decay_steps=20, decay_rate=0.7)"),
    ("exponential_every", {"every": 20, "factor": 0.7, "staircase": True}, "0.7 ** (t // 20)",
     "schedules.ExponentialDecay(1.0, decay_steps=20, decay_rate=0.7, staircase=True)"),
    ("polynomial", {"total": 150, "power": 2.0, "end": 0.05}, "0.05 + 0.95 * (1 - min(t, 150) / 150) ** 2",
     "schedules.PolynomialDecay(1.0, decay_steps=150, end_learning_rate=0.05, power=2.0)"),
    ("cosine", {"total": 150, "end": 0.1}, "wave(1, 0.1, t / 150)", "schedules.CosineDecay(1.0, decay_steps=150, alpha=0.1)"),
    ("warmup_cosine", {"warmup_steps": 20, "start": 0.0, "total": 200, "end": 0.0},
     "line(0, 1, t / 20) if t < 20 else wave(1, 0, (t - 20) / 180)",
     "schedules.CosineDecay(0.0, decay_steps=180, warmup_target=1.0, warmup_steps=20)"),
]

OPTAX = [
    ("cosine", {"total": 150, "end": 0.1}, "wave(1, 0.1, t / 150)",
     "optax.cosine_decay_schedule(1.0, decay_steps=150, alpha=0.1)"),
    ("warmup_cosine", {"warmup_steps": 20, "start": 0.1, "total": 180, "end": 0.01},
     "line(0.1, 1, t / 20) if t < 20 else wave(1, 0.01, (t - 20) / 160)",
     "optax.warmup_cosine_decay_schedule(0.1, 1.0, warmup_steps=20, decay_steps=180, end_value=0.01)"),
    ("polynomial", {"total": 150, "power": 2.0, "end": 0.05}, "0.05 + 0.95 * (1 - min(t, 150) / 150) ** 2",
     "optax.polynomial_schedule(1.0, 0.05, power=2.0, transition_steps=150)"),
    ("warmup", {"steps": 20, "start": 0.1}, "line(0.1, 1, t / 20)", "optax.linear_schedule(0.1, 1.0, transition_steps=20)"),
    ("exponential_every", {"every": 20, "factor": 0.7, "staircase": False}, "0.7 ** (t / 20)",
     "optax.exponential_decay(1.0, transition_steps=20, decay_rate=0.7)"),
    ("exponential_every", {"every": 20, "factor": 0.7, "staircase": True}, "0.7 ** (t // 20)",
     "optax.exponential_decay(1.0, transition_steps=20, decay_rate=0.7, staircase=True)"),
    ("one_cycle_cosine", {**ONE_CYCLE, "rise_ends_at": 60, "ends_at": 200},
     "wave(1 / 25, 1, t / 60) if t < 60 else wave(1, 4e-6, (t - 60) / 140)",
     "optax.cosine_onecycle_schedule(200, peak_value=1.0)"),
    ("one_cycle_linear_three_phases", {**ONE_CYCLE, "rise_ends_at": 60, "fall_ends_at": 170, "ends_at": 200},
     "line(1 / 25, 1, t / 60) if t < 60 else line(1, 1 / 25, (t - 60) / 110) if t < 170 "
     "else line(1 / 25, 4e-6, (t - 170) / 30)",
     "optax.linear_onecycle_schedule(200, peak_value=1.0)"),
]


def run_torch(call):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = eval(call, {"lr_scheduler": lr_scheduler, "optimizer": optimizer})
    rates = []
    for _ in range(STEPS):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if len(rates) < STEPS:  # OneCycleLR counts its steps and refuses one more
            scheduler.step()
    return rates


def run_keras(call):
    schedule = eval(call, {"schedules": keras.optimizers.schedules})
    return [float(schedule(t)) for t in range(STEPS)]


def run_optax(call):
    schedule = eval(call, {"optax": optax})
    return [float(schedule(t)) for t in range(STEPS)]


def document():
    cases = []
    for framework, run, rows in (("torch", run_torch, TORCH), ("keras", run_keras, KERAS), ("optax", run_optax, OPTAX)):
        for kind, settings, formula, call in rows:
            rates = run(call)
            ours = [float(eval(formula, {**WORDS, "t": t})) for t in range(STEPS)]
            off = float(np.max(np.abs(np.array(rates) - np.array(ours))))
            print(f"{framework:6} {kind:30} formula agrees to {off:.1e}")
            single = framework == "keras" and "cosine" in kind  # Keras takes cos in float32 on JAX and torch
            assert off < (1e-7 if single else 1e-13), f"expected {call} to follow {formula}; they differ by {off}"
            cases.append({
                "kind": kind, "framework": framework, "call": call, "settings": settings, "formula": formula,
                "tolerance": 2e-7 if single else 1e-12, "multipliers": rates,
            })
    return {
        "about": "multiplier of the base (peak) rate at step t = 0 to 199; line and wave run from start to end, "
        "straight or along half a cosine, and stay at the end",
        "made_with": recording.made_with("torch", "keras", "jax", "optax", "numpy"),
        "cases": cases,
    }

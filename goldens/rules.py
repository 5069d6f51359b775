"""Update rules: 100 steps of 8 parameters under one fixed sequence of gradients, by each framework itself."""

import recording  # first: it sets the frameworks up

import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

import formulas

STEPS = 100
KEPT = [*range(1, 11), 20, 30, 40, 49, 50, 51, 52, 60, 70, 80, 90, 100]

DEFAULTS = {
    "sgd": {
        "textbook": {"lr": 0.01},
        "torch": {"lr": 0.001},
        "keras": {"lr": 0.01},
        "optax": {},
    },
    "momentum": {
        "textbook": {"lr": 0.01, "momentum": 0.9, "dampening": 0.0, "lr_at": "inside"},
        "torch": {"lr": 0.001, "momentum": 0.9, "dampening": 0.0, "lr_at": "outside"},
        "keras": {"lr": 0.01, "momentum": 0.9, "dampening": 0.0, "lr_at": "inside"},
        "optax": {"momentum": 0.9, "dampening": 0.0, "lr_at": "outside"},
    },
    "nesterov": {
        "textbook": {"lr": 0.01, "momentum": 0.9, "lr_at": "inside"},
        "torch": {"lr": 0.001, "momentum": 0.9, "lr_at": "outside"},
        "keras": {"lr": 0.01, "momentum": 0.9, "lr_at": "inside"},
        "optax": {"momentum": 0.9, "lr_at": "outside"},
    },
    "adagrad": {
        "textbook": {"lr": 0.01, "eps": 1e-7, "eps_at": "outside", "initial": 0.0, "lr_decay": 0.0},
        "torch": {"lr": 0.01, "eps": 1e-10, "eps_at": "outside", "initial": 0.0, "lr_decay": 0.0},
        "keras": {"lr": 0.001, "eps": 1e-7, "eps_at": "inside", "initial": 0.1, "lr_decay": 0.0},
        "optax": {"eps": 1e-7, "eps_at": "inside", "initial": 0.1, "lr_decay": 0.0},
    },
    "rmsprop": {
        dialect: {**own, "initial": 0.0, "centered": False, "momentum": 0.0}
        for dialect, own in {
            "textbook": {"lr": 0.01, "decay": 0.99, "eps": 1e-7, "eps_at": "outside", "lr_at": "inside"},
            "torch": {"lr": 0.01, "decay": 0.99, "eps": 1e-8, "eps_at": "outside", "lr_at": "outside"},
            "keras": {"lr": 0.001, "decay": 0.9, "eps": 1e-7, "eps_at": "inside", "lr_at": "inside"},
            "optax": {"decay": 0.9, "eps": 1e-8, "eps_at": "inside", "lr_at": "inside"},
        }.items()
    },
    "adam": {
        "textbook": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7, "eps_at": "hat"},
        "torch": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "eps_at": "corrected"},
        "keras": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7, "eps_at": "hat"},
        "optax": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "eps_at": "corrected"},
    },
}

LATER = {"51": 0.01}  # steps 1 to 50 with the first learning rate, from step 51 this one
AT_51 = "lambda count: jnp.where(count < 50, 0.1, 0.01)"  # optax counts from 0

# rule, dialect, call (run as it stands), what differs from the dialect's defaults, and the rest of the case.
CASES = [
    ("sgd", "torch", "torch.optim.SGD([p])", {}, {}),
    ("sgd", "torch", "torch.optim.SGD([p], lr=0.05)", {"lr": 0.05}, {}),
    ("sgd", "torch", "torch.optim.SGD([p], lr=0.05, weight_decay=0.01)", {"lr": 0.05},
     {"weight_decay": {"kind": "coupled", "rate": 0.01}}),
    ("sgd", "keras", "keras.optimizers.SGD()", {}, {}),
    ("sgd", "keras", "keras.optimizers.SGD(learning_rate=0.05)", {"lr": 0.05}, {}),
    ("sgd", "optax", "optax.sgd(0.05)", {"lr": 0.05}, {}),
    ("sgd", "optax", f"optax.sgd({AT_51})", {"lr": 0.1}, {"lr_from": LATER}),

    ("momentum", "torch", "torch.optim.SGD([p], momentum=0.9)", {}, {}),
    ("momentum", "torch", "torch.optim.SGD([p], lr=0.05, momentum=0.8)", {"lr": 0.05, "momentum": 0.8}, {}),
    ("momentum", "torch", "torch.optim.SGD([p], lr=0.05, momentum=0.9, dampening=0.3)", {"lr": 0.05, "dampening": 0.3}, {}),
    ("momentum", "torch", "torch.optim.SGD([p], lr=0.05, momentum=0.9, weight_decay=0.01)", {"lr": 0.05},
     {"weight_decay": {"kind": "coupled", "rate": 0.01}}),
    ("momentum", "torch", "torch.optim.SGD([p], lr=0.1, momentum=0.9)", {"lr": 0.1}, {"lr_from": LATER}),
    ("momentum", "keras", "keras.optimizers.SGD(momentum=0.9)", {}, {}),
    ("momentum", "keras", "keras.optimizers.SGD(learning_rate=0.05, momentum=0.8)", {"lr": 0.05, "momentum": 0.8}, {}),
    ("momentum", "keras", "keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)", {"lr": 0.1}, {"lr_from": LATER}),
    ("momentum", "optax", "optax.sgd(0.05, momentum=0.9)", {"lr": 0.05}, {}),
    ("momentum", "optax", f"optax.sgd({AT_51}, momentum=0.9)", {"lr": 0.1}, {"lr_from": LATER}),

    ("nesterov", "torch", "torch.optim.SGD([p], momentum=0.9, nesterov=True)", {}, {}),
    ("nesterov", "torch", "torch.optim.SGD([p], lr=0.05, momentum=0.8, nesterov=True)", {"lr": 0.05, "momentum": 0.8}, {}),
    ("nesterov", "torch", "torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True)", {"lr": 0.1}, {"lr_from": LATER}),
    ("nesterov", "keras", "keras.optimizers.SGD(momentum=0.9, nesterov=True)", {}, {}),
    ("nesterov", "keras", "keras.optimizers.SGD(learning_rate=0.05, momentum=0.8, nesterov=True)",
     {"lr": 0.05, "momentum": 0.8}, {}),
    ("nesterov", "keras", "keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True)", {"lr": 0.1},
     {"lr_from": LATER}),
    ("nesterov", "optax", "optax.sgd(0.05, momentum=0.9, nesterov=True)", {"lr": 0.05}, {}),
    ("nesterov", "optax", f"optax.sgd({AT_51}, momentum=0.9, nesterov=True)", {"lr": 0.1}, {"lr_from": LATER}),

    ("adagrad", "torch", "torch.optim.Adagrad([p])", {}, {}),
    ("adagrad", "torch", "torch.optim.Adagrad([p], lr=0.1)", {"lr": 0.1}, {}),
    ("adagrad", "torch", "torch.optim.Adagrad([p], lr=0.1, lr_decay=0.01)", {"lr": 0.1, "lr_decay": 0.01}, {}),
    ("adagrad", "torch", "torch.optim.Adagrad([p], lr=0.1, initial_accumulator_value=0.5)", {"lr": 0.1, "initial": 0.5}, {}),
    ("adagrad", "keras", "keras.optimizers.Adagrad()", {}, {}),
    ("adagrad", "keras", "keras.optimizers.Adagrad(learning_rate=0.1)", {"lr": 0.1}, {}),
    ("adagrad", "keras", "keras.optimizers.Adagrad(learning_rate=0.1, initial_accumulator_value=0.0)",
     {"lr": 0.1, "initial": 0.0}, {}),
    ("adagrad", "optax", "optax.adagrad(0.1)", {"lr": 0.1}, {}),
    ("adagrad", "optax", "optax.adagrad(0.1, initial_accumulator_value=0.0)", {"lr": 0.1, "initial": 0.0}, {}),

    ("rmsprop", "torch", "torch.optim.RMSprop([p])", {}, {}),
    ("rmsprop", "torch", "torch.optim.RMSprop([p], lr=0.05, alpha=0.9)", {"lr": 0.05, "decay": 0.9}, {}),
    ("rmsprop", "torch", "torch.optim.RMSprop([p], centered=True)", {"centered": True}, {}),
    ("rmsprop", "torch", "torch.optim.RMSprop([p], momentum=0.9)", {"momentum": 0.9}, {}),
    ("rmsprop", "torch", "torch.optim.RMSprop([p], lr=0.1, momentum=0.9)", {"lr": 0.1, "momentum": 0.9},
     {"lr_from": LATER}),
    ("rmsprop", "torch", "torch.optim.RMSprop([p], momentum=0.9, centered=True)", {"momentum": 0.9, "centered": True}, {}),
    ("rmsprop", "keras", "keras.optimizers.RMSprop()", {}, {}),
    ("rmsprop", "keras", "keras.optimizers.RMSprop(learning_rate=0.05, rho=0.99)", {"lr": 0.05, "decay": 0.99}, {}),
    ("rmsprop", "keras", "keras.optimizers.RMSprop(centered=True)", {"centered": True}, {}),
    ("rmsprop", "keras", "keras.optimizers.RMSprop(momentum=0.9)", {"momentum": 0.9}, {}),
    ("rmsprop", "keras", "keras.optimizers.RMSprop(learning_rate=0.1, momentum=0.9)", {"lr": 0.1, "momentum": 0.9},
     {"lr_from": LATER}),
    ("rmsprop", "optax", "optax.rmsprop(0.01)", {"lr": 0.01}, {}),
    ("rmsprop", "optax", "optax.rmsprop(0.05, decay=0.99)", {"lr": 0.05, "decay": 0.99}, {}),
    ("rmsprop", "optax", "optax.rmsprop(0.01, eps_in_sqrt=False)", {"lr": 0.01, "eps_at": "outside"}, {}),
    ("rmsprop", "optax", "optax.rmsprop(0.01, initial_scale=1.0)", {"lr": 0.01, "initial": 1.0}, {}),
    ("rmsprop", "optax", "optax.rmsprop(0.01, centered=True)", {"lr": 0.01, "centered": True}, {}),
    ("rmsprop", "optax", "optax.rmsprop(0.01, momentum=0.9)", {"lr": 0.01, "momentum": 0.9}, {}),
    ("rmsprop", "optax", f"optax.rmsprop({AT_51}, momentum=0.9)", {"lr": 0.1, "momentum": 0.9}, {"lr_from": LATER}),

    ("adam", "torch", "torch.optim.Adam([p])", {}, {}),
    ("adam", "torch", "torch.optim.Adam([p], lr=0.05, betas=(0.8, 0.99))", {"lr": 0.05, "beta1": 0.8, "beta2": 0.99}, {}),
    ("adam", "torch", "torch.optim.Adam([p], lr=0.1)", {"lr": 0.1}, {"lr_from": LATER}),
    ("adam", "torch", "torch.optim.Adam([p], weight_decay=0.01)", {}, {"weight_decay": {"kind": "coupled", "rate": 0.01}}),
    ("adam", "torch", "torch.optim.AdamW([p])", {}, {"weight_decay": {"kind": "decoupled", "rate": 0.01}}),
    ("adam", "torch", "torch.optim.AdamW([p], lr=0.1, weight_decay=0.01)", {"lr": 0.1},
     {"weight_decay": {"kind": "decoupled", "rate": 0.01}, "lr_from": LATER}),
    ("adam", "keras", "keras.optimizers.Adam()", {}, {}),
    ("adam", "keras", "keras.optimizers.Adam(learning_rate=0.05, beta_1=0.8, beta_2=0.99)",
     {"lr": 0.05, "beta1": 0.8, "beta2": 0.99}, {}),
    ("adam", "keras", "keras.optimizers.AdamW(weight_decay=0.01)", {}, {"weight_decay": {"kind": "decoupled", "rate": 0.01}}),
    ("adam", "optax", "optax.adam(0.001)", {"lr": 0.001}, {}),
    ("adam", "optax", "optax.adam(0.05, b1=0.8, b2=0.99)", {"lr": 0.05, "beta1": 0.8, "beta2": 0.99}, {}),
    ("adam", "optax", "optax.adamw(0.001, weight_decay=0.01)", {"lr": 0.001},
     {"weight_decay": {"kind": "decoupled", "rate": 0.01}}),

    ("sgd", "textbook", None, {}, {}),
    ("sgd", "textbook", None, {"lr": 0.05}, {}),
    ("momentum", "textbook", None, {}, {}),
    ("momentum", "textbook", None, {"lr": 0.1}, {"lr_from": LATER}),
    ("nesterov", "textbook", None, {}, {}),
    ("nesterov", "textbook", None, {"lr": 0.1}, {"lr_from": LATER}),
    ("adagrad", "textbook", None, {}, {}),
    ("adagrad", "textbook", None, {"lr": 0.1}, {}),
    ("rmsprop", "textbook", None, {}, {}),
    ("rmsprop", "textbook", None, {"lr": 0.05, "decay": 0.9}, {}),
    ("adam", "textbook", None, {}, {}),
    ("adam", "textbook", None, {"lr": 0.05, "beta1": 0.8, "beta2": 0.99}, {}),
]


def gradients():
    """Start values and 100 gradients of 8 elements, each element with its own trouble."""
    rng = np.random.default_rng(20150101)
    start = rng.normal(size=8)
    #          mixed, mixed, tiny, middling, large, late, pausing, never
    low = np.array([-6, -6, -6, -2, 1, -6, -6, 0])
    high = np.array([3, 3, -4, 0, 3, 3, -1, 0])
    grads = rng.choice([-1.0, 1.0], size=(STEPS, 8)) * 10.0 ** rng.uniform(low, high, size=(STEPS, 8))
    grads[:20, 5] = 0.0  # first moved at step 21
    grads[39:60, 6] = 0.0  # rests in the middle, memory decays
    grads[:, 7] = 0.0  # never moved: 0/0 would show
    return start, grads


def run_torch(call, case, start, grads):
    p = torch.nn.Parameter(torch.tensor(start))
    optimizer = eval(call, {"torch": torch, "p": p})
    path = []
    for t, g in enumerate(grads, 1):
        if str(t) in case.get("lr_from", {}):
            optimizer.param_groups[0]["lr"] = case["lr_from"][str(t)]
        p.grad = torch.tensor(g)
        optimizer.step()
        path.append(p.detach().numpy().copy())
    return np.array(path)


def run_keras(call, case, start, grads):
    p = keras.Variable(start, dtype="float64")
    optimizer = eval(call, {"keras": keras})
    path = []
    for t, g in enumerate(grads, 1):
        if str(t) in case.get("lr_from", {}):
            optimizer.learning_rate = case["lr_from"][str(t)]
        optimizer.apply_gradients([(jnp.asarray(g), p)])
        path.append(np.array(p.value))
    return np.array(path)


def run_optax(call, case, start, grads):
    p = jnp.asarray(start)
    optimizer = eval(call, {"optax": optax, "jnp": jnp})
    state = optimizer.init(p)
    path = []
    for g in grads:
        updates, state = optimizer.update(jnp.asarray(g), state, p)
        p = optax.apply_updates(p, updates)
        path.append(np.array(p))
    return np.array(path)


def run_formula(rule, settings, start, grads, skip_first=False, **rest):
    walk = formulas.Walk(rule, settings, start, **rest)
    first = [walk.params] if skip_first else []
    return np.array(first + [walk.step(g) for g in grads[len(first):]])


RUNNERS = {"torch": run_torch, "keras": run_keras, "optax": run_optax}


def gap(a, b):
    """Largest difference at the kept steps, relative, absolute below 1."""
    kept = np.array(KEPT) - 1
    return float(np.max(np.abs(a[kept] - b[kept]) / np.maximum(np.abs(b[kept]), 1.0)))


def examine(case, path, start, grads):
    """A line on how well the case is understood and what it can tell apart; raises where either fails."""
    rest = {"lr_from": case.get("lr_from"), "weight_decay": case.get("weight_decay")}
    agrees = gap(run_formula(case["rule"], case["settings"], start, grads, **rest), path)
    with np.errstate(all="ignore"):
        missed = [
            (gap(run_formula(rule, settings, start, grads, **other), path), what)
            for what, rule, settings, other in formulas.near_misses(case)
        ]
    nearest, what = min(missed)
    line = f"{case['rule']:9}{case['dialect']:9}{agrees:9.1e}  {nearest:9.1e}  {what:28}{case['call']}"
    assert agrees < 1e-13 and nearest > 5e-11, f"expected agreement below 1e-13 and near misses above 5e-11: {line}"
    return line


def paths():
    """The textbook's figure: f(x, y) = x²/20 + y² from (-7, 2), 30 updates, 31 points."""
    rows = [
        ("sgd", {"lr": 0.95}, "-0.35039299575232", "0.0847823165504322"),
        ("momentum", {"lr": 0.1}, "0.896413858493733", "0.0880856017150697"),
        ("nesterov", {"lr": 0.1}, "0.689614901696621", "-0.000679905836117197"),
        ("adagrad", {"lr": 1.5}, "-0.12016232231416", "2.48638989398446e-17"),
        ("rmsprop", {"lr": 0.1, "decay": 0.99}, "-0.697420309680791", "1.48346215083156e-08"),
        ("adam", {"lr": 0.3}, "0.136006852394982", "0.318245375537219"),
    ]
    made = []
    for rule, own, x, y in rows:
        settings = {**DEFAULTS[rule]["textbook"], **own}
        walk = formulas.Walk(rule, settings, [-7.0, 2.0])
        points = [walk.params]
        for _ in range(30):
            points.append(walk.step(np.array([walk.params[0] / 10.0, 2.0 * walk.params[1]])))
        printed = [f"{value:.15g}" for value in points[-1]]
        assert printed == [x, y], f"expected {rule} to end at {x}, {y}; found {printed}"
        made.append({"rule": rule, "settings": settings, "points": np.array(points)})
    return made


def document():
    start, grads = gradients()
    print("rule     dialect  formula    nearest near miss                       call")
    print("                  agrees to  differs by")
    cases, by_rule = [], {}
    for rule, dialect, call, own, rest in CASES:
        settings = {**DEFAULTS[rule][dialect], **own}
        framework = call.split("(")[0] if call else "numpy"
        call = call or "formulas.py"
        case = {"rule": rule, "dialect": dialect, "framework": framework, "call": call, "settings": settings, **rest}
        if dialect == "textbook":
            path = run_formula(rule, settings, start, grads, **rest)
        else:
            path = RUNNERS[dialect](call, case, start, grads)
        print(examine(case, path, start, grads))
        cases.append({**case, "params_after": {t: path[t - 1] for t in KEPT}})
        by_rule.setdefault(rule, []).append((dialect, settings, rest, path))
    print_dialects(by_rule)
    return {
        "about": "step t (from 1) uses gradients[t-1]; lr_from: the learning rate from that step on",
        "made_with": recording.made_with("torch", "keras", "jax", "optax", "numpy"),
        "start": start,
        "gradients": grads,
        "cases": cases,
        "paths": {"function": "x^2/20 + y^2", "start": [-7.0, 2.0], "rules": paths()},
    }


def print_dialects(by_rule):
    """How far the dialects, with the defaults of each but one learning rate (0.1 to step 50, then 0.01), lie apart."""
    start, grads = gradients()
    print("\nrule      largest difference between dialects at one learning rate (0 where they agree)")
    for rule, dialects in DEFAULTS.items():
        ends = {d: run_formula(rule, {**s, "lr": 0.1}, start, grads, lr_from=LATER) for d, s in dialects.items()}
        names = list(ends)
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        print(f"{rule:9}", "  ".join(f"{a}-{b} {gap(ends[a], ends[b]):.0e}" for a, b in pairs))

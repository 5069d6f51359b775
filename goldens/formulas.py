"""The update rules in NumPy, with every convention an explicit setting: our reading of the frameworks.

rules.py records the "textbook" numbers with these, and checks each framework's own numbers against them; a setting
misread would show there. `slips` names the near misses that a reference number must tell from the real thing.
"""

import numpy as np


def _denominator(h, s):
    return np.sqrt(h + s["eps"]) if s["eps_at"] == "inside" else np.sqrt(h) + s["eps"]


def _sgd(s, slips, state, t, lr, p, g):
    return p - lr * g


def _momentum(s, slips, state, t, lr, p, g):
    inside = s["lr_at"] == "inside"
    fresh = t == 1 and "damp the first step" not in slips
    scaled = (lr * g if inside else g) * (1.0 if fresh else 1.0 - s["dampening"])
    state["v"] = s["momentum"] * state["v"] + scaled
    return p - (state["v"] if inside else lr * state["v"])


def _nesterov(s, slips, state, t, lr, p, g):
    mu = s["momentum"]
    inside = s["lr_at"] == "inside"
    old = state["v"]
    state["v"] = mu * old + (lr * g if inside else g)
    if "velocity first" in slips:  # a listing once in circulation: the new velocity where the old belongs
        old = state["v"]
    if inside:
        return p - mu * mu * old - (1.0 + mu) * lr * g
    return p - lr * (mu * mu * old + (1.0 + mu) * g)


def _adagrad(s, slips, state, t, lr, p, g):
    lr = lr / (1.0 + (t if "decay one step early" in slips else t - 1) * s["lr_decay"])
    state["h"] = state["h"] + g * g
    return p - lr * g / _denominator(state["h"], s)


def _rmsprop(s, slips, state, t, lr, p, g):
    rho = s["decay"]
    state["h"] = rho * state["h"] + (1.0 - rho) * g * g
    spread = state["h"]
    if s["centered"]:
        state["mean"] = rho * state["mean"] + (1.0 - rho) * g
        spread = spread - state["mean"] ** 2
    step = g / _denominator(spread, s)
    if s["lr_at"] == "inside":
        state["v"] = s["momentum"] * state["v"] + lr * step
        return p - state["v"]
    state["v"] = s["momentum"] * state["v"] + step
    return p - lr * state["v"]


def _adam(s, slips, state, t, lr, p, g):
    b1, b2 = s["beta1"], s["beta2"]
    state["m"] = b1 * state["m"] + (1.0 - b1) * g
    state["v"] = b2 * state["v"] + (1.0 - b2) * g * g
    t = t + 1 if "count one step ahead" in slips else t
    c1, c2 = 1.0 - b1**t, 1.0 - b2**t
    if "no bias correction" in slips:
        c1 = c2 = 1.0
    if s["eps_at"] == "hat":  # Kingma & Ba, the form before section 2.1
        return p - lr * np.sqrt(c2) / c1 * state["m"] / (np.sqrt(state["v"]) + s["eps"])
    return p - lr * (state["m"] / c1) / (np.sqrt(state["v"] / c2) + s["eps"])  # algorithm 1


_RULES = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
}


class Walk:
    """One rule on one vector of parameters: the memory, the step count, the order of a step."""

    def __init__(self, rule, settings, start, lr_from=None, weight_decay=None, slips=()):
        self.rule, self.settings, self.slips = _RULES[rule], settings, slips
        self.lr_from, self.weight_decay = lr_from or {}, weight_decay
        self.params, self.t, self.lr = np.array(start, dtype=np.float64), 0, settings["lr"]
        zero = np.zeros_like(self.params)
        self.state = {name: zero for name in ("v", "m", "mean")}
        self.state["h"] = zero + settings.get("initial", 0.0)

    def step(self, g):
        """Coupled decay joins the gradient; decoupled decay shrinks the parameters before the rule moves them."""
        self.t += 1
        self.lr = self.lr_from.get(str(self.t), self.lr)
        kind, rate = (self.weight_decay["kind"], self.weight_decay["rate"]) if self.weight_decay else ("none", 0.0)
        if kind == "coupled":
            g = g + rate * self.params
        shrink = 1.0 - (rate if "decay without lr" in self.slips else self.lr * rate) if kind == "decoupled" else 1.0
        before, after = (1.0, shrink) if "decay after the step" in self.slips else (shrink, 1.0)
        p = before * self.params
        self.params = after * self.rule(self.settings, self.slips, self.state, self.t, self.lr, p, g)
        return self.params


def near_misses(case):
    """Variants of a case that are easy to write by mistake, as (what, rule, changed settings, other arguments of Walk).

    Only those that change the numbers by their formula: where the velocity holds lr is no matter while lr is constant.
    """
    rule, s = case["rule"], case["settings"]
    rest = {"lr_from": case.get("lr_from"), "weight_decay": case.get("weight_decay")}

    def variant(what, settings=None, slips=(), as_rule=rule, **other):
        return what, as_rule, {**s, **(settings or {})}, {**rest, "slips": slips, **other}

    yield variant("first gradient lost", skip_first=True)
    if rest["lr_from"]:
        yield variant("lr changed a step late", lr_from={str(int(t) + 1): lr for t, lr in rest["lr_from"].items()})
        if s.get("momentum"):
            other = "outside" if s["lr_at"] == "inside" else "inside"
            yield variant(f"lr {other} the velocity", {"lr_at": other})
    if s.get("dampening"):
        yield variant("first step damped", slips=("damp the first step",))
        yield variant("no dampening", {"dampening": 0.0})
    if rule == "momentum":
        yield variant("nesterov instead", as_rule="nesterov")
    if rule == "nesterov":
        yield variant("momentum instead", {"dampening": 0.0}, as_rule="momentum")
        yield variant("velocity updated first", slips=("velocity first",))
    if "eps" in s and s["eps"] > 1e-8 * s.get("initial", 0.0):  # else lost beside the accumulator
        other = {"hat": "corrected", "corrected": "hat", "inside": "outside", "outside": "inside"}[s["eps_at"]]
        yield variant(f"eps {other}", {"eps_at": other})
        yield variant("eps doubled", {"eps": 2.0 * s["eps"]})
    if "initial" in s:
        yield variant("other initial accumulator", {"initial": 0.0 if s["initial"] else 0.1})
    if s.get("lr_decay"):
        yield variant("lr decays a step early", slips=("decay one step early",))
    if rule == "rmsprop":
        yield variant("centered the other way", {"centered": not s["centered"]})
    if rule == "adam":
        yield variant("no bias correction", slips=("no bias correction",))
        yield variant("count one step ahead", slips=("count one step ahead",))
    if rest["weight_decay"]:
        yield variant("no weight decay", weight_decay=None)
        kind = "coupled" if rest["weight_decay"]["kind"] == "decoupled" else "decoupled"
        if rule != "sgd":  # for plain SGD both are the same step
            yield variant(f"decay {kind}", weight_decay={**rest["weight_decay"], "kind": kind})
        if rest["weight_decay"]["kind"] == "decoupled":
            yield variant("decay after the step", slips=("decay after the step",))
            yield variant("decay without lr", slips=("decay without lr",))

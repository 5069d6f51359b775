"""The networks and rules of torch_peer.py: eager with PyTorch's optimizers, or each step as one compiled graph.

A net holds `count` networks that see the same batches, so that their first layers are one wide product.
"""

import common  # before PyTorch: it settles the threads
import numpy as np
import torch
import torch.nn.functional as F

# What decays below the smallest normal number would take a slow path of the processor in each later step.
torch.set_flush_denormal(True)

# The fastest form that each has on a CPU.
OPTIMIZERS = {
    "sgd": lambda p, rate: torch.optim.SGD(p, rate, fused=True),
    "momentum": lambda p, rate: torch.optim.SGD(p, rate, momentum=0.9, fused=True),
    "nesterov": lambda p, rate: torch.optim.SGD(p, rate, momentum=0.9, nesterov=True, fused=True),
    "adagrad": lambda p, rate: torch.optim.Adagrad(p, rate, fused=True),
    "rmsprop": lambda p, rate: torch.optim.RMSprop(p, rate, foreach=False),  # has no fused form; a loop beats foreach
    "adam": lambda p, rate: torch.optim.Adam(p, rate, fused=True),
}


# The rules for the compiler: `r` is the rate at this step, `s` what the root of the second moment is multiplied with.
def sgd(p, g, a, b, r, s):
    p.sub_(r * g)


def momentum(p, g, a, b, r, s):
    a.mul_(0.9).add_(g)
    p.sub_(r * a)


def nesterov(p, g, a, b, r, s):
    a.mul_(0.9).add_(g)
    p.sub_(r * (g + 0.9 * a))


def adagrad(p, g, a, b, r, s):
    b.addcmul_(g, g)
    p.sub_(r * g / (b.sqrt() + 1e-10))


def rmsprop(p, g, a, b, r, s):
    b.mul_(0.99).addcmul_(g, g, value=0.01)
    p.sub_(r * g / (b.sqrt() + 1e-8))


def adam(p, g, a, b, r, s):
    a.mul_(0.9).add_(g, alpha=0.1)
    b.mul_(0.999).addcmul_(g, g, value=0.001)
    p.sub_(r * a / (b.sqrt() * s + 1e-8))


RULES = {rule.__name__: rule for rule in (sgd, momentum, nesterov, adagrad, rmsprop, adam)}


def coefficients(rule, rates, steps):
    """(r, s) of each step; `r` has one value for each of the rates."""
    rates = torch.tensor(rates, dtype=torch.float64)
    if rule != "adam":
        return [(rates.float(), torch.tensor(1.0))] * steps
    at = torch.arange(1, steps + 1, dtype=torch.float64)
    r, s = rates / (1 - 0.9**at)[:, None], (1 - 0.999**at) ** -0.5
    return list(zip(r.float().unbind(), s.float().unbind()))


def floats(images):
    return images.float().mul_(1 / 255)


def affine(x, weights, bias, count, first):
    """(rows, in) or, of several networks after the first layer, (rows, networks × in) to (rows, networks × out)."""
    if count == 1:
        return F.linear(x, weights, bias)
    if first:
        return F.linear(x, weights.flatten(0, 1), bias.flatten())
    x = x.unflatten(1, (count, -1)).transpose(0, 1)
    return torch.baddbmm(bias[:, None], x, weights.mT).transpose(0, 1).flatten(1)


def forward(p, averages, x, count, norm, training, native):
    """The logits (rows, networks × classes) and, with batch norm not done by the library, each layer's statistics."""
    statistics, width = [], 4 if norm else 2
    for layer, at in enumerate(range(0, len(p), width)):
        x = affine(x, p[at], p[at + 1], count, at == 0)
        if at + 2 == len(p):
            return x, statistics
        if norm and native:
            mean, variance = averages[layer]
            # PyTorch averages the unbiased variance; from zero that is a constant factor too much.
            variance = variance if training else variance * 0.99
            x = F.batch_norm(x, mean, variance, p[at + 2].flatten(), p[at + 3].flatten(), training, 0.1, 1e-6)
        elif norm:
            variance, mean = torch.var_mean(x, 0, correction=0) if training else averages[layer][::-1]
            statistics.append((mean, variance))
            x = (x - mean) * torch.rsqrt(variance + 1e-6) * p[at + 2].flatten() + p[at + 3].flatten()
        x = x.relu_()


def losses(p, averages, x, y, count, norm, native):
    """The sum of the networks' losses, whose gradient is each network's own, and the losses."""
    logits, statistics = forward(p, averages, x, count, norm, True, native)
    if count == 1:
        loss = F.cross_entropy(logits, y)
        return loss, (loss, statistics)
    each = F.cross_entropy(logits.view(len(y) * count, -1), y.repeat_interleave(count), reduction="none")
    loss = each.view(-1, count).mean(0)
    return loss.sum(), (loss, statistics)


class Net:
    """`flats` are the parameters of the networks; `rates` has one rate for each."""

    native = True

    def __init__(self, flats, sizes, rule, rates, steps, norm=False):
        self.norm, self.count, self.params, self.averages = norm, len(flats), [], []
        nets = [common.layers(flat, sizes) for flat in flats]
        for at in range(len(sizes) - 1):
            weights, bias = (np.stack([net[at][i] for net in nets]) for i in (0, 1))
            if self.count == 1:
                weights, bias = weights[0], bias[0]
            # Weights that lie as (out, in) have the faster gradient.
            weights = weights.swapaxes(-1, -2)
            self.params += [torch.from_numpy(weights.copy()), torch.from_numpy(bias.copy())]
            if norm and at + 2 < len(sizes):
                self.params += [torch.ones(bias.shape), torch.zeros(bias.shape)]
                self.averages.append([torch.zeros(bias.size), torch.zeros(bias.size)])

    @torch.no_grad()
    def accuracy(self, x, y):
        logits, _ = forward(self.params, self.averages, x, self.count, self.norm, False, self.native)
        return (logits.view(len(y), self.count, -1).argmax(2) == y[:, None]).float().mean(0)


class Eager(Net):
    def __init__(self, flats, sizes, rule, rates, steps, norm=False):
        super().__init__(flats, sizes, rule, rates, steps, norm)
        # The optimizer sees each network's part of the parameters, with its own rate; equal rates need no parts.
        self.parts = [self.params]
        if len(set(rates)) > 1:
            self.parts = [[p[i] for p in self.params] for i in range(self.count)]
        groups = [{"params": part, "lr": rate} for part, rate in zip(self.parts, rates)]
        self.optimizer = OPTIMIZERS[rule](groups, rates[0])
        self.params = [p.detach().requires_grad_() for p in self.params]

    def step(self, x, y, batch):
        x, y = floats(x.index_select(0, batch)), y.index_select(0, batch)
        total, (loss, _) = losses(self.params, self.averages, x, y, self.count, self.norm, True)
        # The fused optimizers take it for granted that a gradient lies in memory like its parameter.
        grads = [g.contiguous() for g in torch.autograd.grad(total, self.params)]
        for i, part in enumerate(self.parts):
            for p, grad in zip(part, grads):
                p.grad = grad if len(self.parts) == 1 else grad[i]
        self.optimizer.step()
        return loss.detach()


@torch.compile(fullgraph=True, dynamic=False)
def compiled_step(rule, p, first, second, averages, x, y, batch, rates, scale, count, norm):
    x, y = floats(x.index_select(0, batch)), y.index_select(0, batch)
    gradient = torch.func.grad_and_value(losses, has_aux=True)
    grads, (_, (loss, statistics)) = gradient(p, averages, x, y, count, norm, False)
    for p, g, a, b in zip(p, grads, first, second):
        rule(p, g, a, b, rates.view(-1, *[1] * (p.dim() - 1)), scale)
    for kept, new in zip(averages, statistics):
        kept[0].mul_(0.9).add_(new[0], alpha=0.1)
        kept[1].mul_(0.9).add_(new[1], alpha=0.1)
    return loss


class Compiled(Net):
    native = False

    def __init__(self, flats, sizes, rule, rates, steps, norm=False):
        super().__init__(flats, sizes, rule, rates, steps, norm)
        self.rule, self.coefficients = RULES[rule], iter(coefficients(rule, rates, steps))
        self.first, self.second = ([torch.zeros_like(p) for p in self.params] for _ in range(2))

    @torch.no_grad()
    def step(self, x, y, batch):
        state = (self.params, self.first, self.second, self.averages)
        return compiled_step(self.rule, *state, x, y, batch, *next(self.coefficients), self.count, self.norm)

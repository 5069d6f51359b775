"""NumPy: the textbook formulas in float32, vectorised, without temporaries where `out=` avoids them."""

import time

import common  # before NumPy: it settles the threads
import numpy as np

# Parameters that w3 updates at a time: they stay in the cache from one operation to the next.
BLOCK = 65536


class Rule:
    """An update rule on one flat vector of parameters, in place."""

    def __init__(self, name, rate, params):
        self.step, self.rate, self.params, self.time = getattr(self, name), rate, params, 0
        self.first, self.second = np.zeros_like(params), np.zeros_like(params)
        self.work, self.root = np.empty_like(params), np.empty_like(params)

    def sgd(self, grad):
        self.params -= np.multiply(grad, self.rate, out=self.work)

    def momentum(self, grad):
        self.first *= 0.9
        self.first += grad
        self.params -= np.multiply(self.first, self.rate, out=self.work)

    def nesterov(self, grad):
        self.first *= 0.9
        self.first += grad
        np.multiply(self.first, 0.9, out=self.work)
        self.work += grad
        self.work *= self.rate
        self.params -= self.work

    def adagrad(self, grad):
        self.second += np.multiply(grad, grad, out=self.work)
        self._divided(grad, self.rate, 1.0, 1e-10)

    def rmsprop(self, grad):
        self._average_squares(grad, 0.99)
        self._divided(grad, self.rate, 1.0, 1e-8)

    def adam(self, grad):
        self.time += 1
        self.first *= 0.9
        self.first += np.multiply(grad, 0.1, out=self.work)
        self._average_squares(grad, 0.999)
        # PyTorch's form: ε is added after the second moment's bias is corrected.
        self._divided(self.first, self.rate / (1 - 0.9**self.time), (1 - 0.999**self.time) ** -0.5, 1e-8)

    def _average_squares(self, grad, keep):
        np.multiply(grad, grad, out=self.work)
        self.work *= 1 - keep
        self.second *= keep
        self.second += self.work

    def _divided(self, direction, rate, scale, epsilon):
        np.sqrt(self.second, out=self.root)
        if scale != 1.0:
            self.root *= scale
        self.root += epsilon
        np.divide(direction, self.root, out=self.work)
        self.work *= rate
        self.params -= self.work


class Net:
    """Affine layers with ReLU between, and batch norm after each hidden affine layer if asked."""

    def __init__(self, flat, sizes, norm=False):
        affine = len(flat)
        hidden = sum(sizes[1:-1])
        # All parameters and all gradients are two vectors, so that a rule is a few calls.
        self.params = np.concatenate([flat, np.ones(hidden), np.zeros(hidden)] if norm else [flat]).astype(np.float32)
        self.grads = np.empty_like(self.params)
        self.layers = common.layers(self.params[:affine], sizes)
        self.layer_grads = common.layers(self.grads[:affine], sizes)
        self.norm = norm
        if norm:
            cuts = np.cumsum(sizes[1:-2])
            self.scales, self.shifts = (np.split(v, cuts) for v in np.split(self.params[affine:], 2))
            self.scale_grads, self.shift_grads = (np.split(v, cuts) for v in np.split(self.grads[affine:], 2))
            self.means, self.variances = ([np.zeros(n, np.float32) for n in sizes[1:-1]] for _ in range(2))

    def loss_and_grads(self, x, y):
        inputs, saved = [x], []
        for at, (weights, bias) in enumerate(self.layers[:-1]):
            x = x @ weights
            x += bias
            if self.norm:
                x = self._normalise(at, x, saved)
            np.maximum(x, 0, out=x)
            inputs.append(x)
        weights, bias = self.layers[-1]
        z = x @ weights
        z += bias
        rows = np.arange(len(y))
        z -= z.max(axis=1, keepdims=True)
        picked = z[rows, y]
        np.exp(z, out=z)
        total = z.sum(axis=1, keepdims=True)
        loss = np.log(total).mean() - picked.mean()
        z /= total
        z[rows, y] -= 1
        z /= len(y)
        self._backward(z, inputs, saved)
        return loss

    def _normalise(self, at, x, saved):
        mean = x.mean(axis=0)
        x -= mean
        variance = np.einsum("ij,ij->j", x, x) / len(x)
        inverse = 1 / np.sqrt(variance + 1e-6)
        x *= inverse
        for kept, new in ((self.means[at], mean), (self.variances[at], variance)):
            kept *= 0.9
            kept += 0.1 * new
        saved.append((x, inverse))
        x = x * self.scales[at]
        x += self.shifts[at]
        return x

    def _backward(self, d, inputs, saved):
        for at in reversed(range(len(self.layers))):
            weight_grad, bias_grad = self.layer_grads[at]
            np.matmul(inputs[at].T, d, out=weight_grad)
            d.sum(axis=0, out=bias_grad)
            if at == 0:
                return
            d = d @ self.layers[at][0].T
            d *= inputs[at] > 0
            if self.norm:
                x, inverse = saved[at - 1]
                shift, scale = self.shift_grads[at - 1], self.scale_grads[at - 1]
                d.sum(axis=0, out=shift)
                np.einsum("ij,ij->j", d, x, out=scale)
                d -= shift / len(d)
                d -= x * (scale / len(d))
                d *= self.scales[at - 1] * inverse

    def accuracy(self, x, y):
        for at, (weights, bias) in enumerate(self.layers):
            x = x @ weights
            x += bias
            if at + 1 < len(self.layers):
                if self.norm:
                    factor = self.scales[at] / np.sqrt(self.variances[at] + 1e-6)
                    x *= factor
                    x += self.shifts[at] - self.means[at] * factor
                np.maximum(x, 0, out=x)
        return float((x.argmax(axis=1) == y).mean())


def train(net, rule, x, y, batches, after=lambda step: None):
    """The loss before each update."""
    losses = np.empty(len(batches), np.float32)
    shape = batches.shape[1], x.shape[1]
    gathered, rows = np.empty(shape, np.uint8), np.empty(shape, np.float32)
    for step, batch in enumerate(batches):
        # Bytes are quicker to gather than floats, and `clip` lets `take` write straight into the buffer.
        np.take(x, batch, axis=0, out=gathered, mode="clip")
        np.copyto(rows, gathered)
        np.multiply(rows, np.float32(1 / 255), out=rows)
        losses[step] = net.loss_and_grads(rows, y[batch])
        rule.step(net.grads)
        after(step)
    return losses


def data(part):
    """The images as bytes and the labels."""
    return common.load(f"{part}_images.u8").reshape(-1, 784), common.labels(part)


def w1():
    x, y = data("train")
    flat, batches = common.load("w1_params.f32"), common.load("w1_batches.i32").reshape(-1, 128).astype(np.intp)

    def run():
        parts, check = {}, {}
        for name, rate in common.W1_RULES.items():
            start = time.perf_counter()
            net = Net(flat, common.W1_SIZES)
            losses = train(net, Rule(name, rate, net.params), x, y, batches)
            check[name], check[f"{name}/first"] = float(losses[-100:].mean()), float(losses[: common.FIRST].mean())
            parts[name] = time.perf_counter() - start
        return parts, check

    return run


def w2():
    spec = common.spec()
    x, y = (v[:1000] for v in data("train"))
    known = common.images("train")[:1000]
    flats = common.load("w2_params.f32").reshape(16, -1)
    batches = common.load("w2_batches.i32").reshape(-1, 100)[: spec["w2_steps"]].astype(np.intp)

    def work(item):
        norm, at = item
        net, accuracies = Net(flats[at], common.W2_SIZES, norm), []

        def after(step):
            if step % 10 == 9:
                accuracies.append(net.accuracy(known, y))

        with np.errstate(all="ignore"):  # the widest scale overflows, as it should
            losses = train(net, Rule("sgd", 0.01, net.params), x, y, batches, after)
        return accuracies[-1], float(losses[: common.SOONER].mean())

    workers = common.Workers(lambda: work, [(norm, at) for norm in (True, False) for at in range(16)])
    return lambda: ({}, common.w2_check(workers.run()))


def w3():
    sizes = common.spec()["w3_sizes"]

    def run():
        parts, check = {}, {}
        for n in sizes:
            grad = common.w3_gradient(n)
            grads = [grad[at : at + BLOCK] for at in range(0, n, BLOCK)]
            for name in common.W3_RULES:
                rules = [Rule(name, 1e-3, np.ones_like(part)) for part in grads]

                def update():
                    for rule, part in zip(rules, grads):
                        rule.step(part)

                for _ in range(5):
                    update()
                if n == 1000:
                    check[name] = common.moved(rules[0].params)
                parts[f"{name}/{n}"] = common.repeat_for(update)
        return parts, check

    return run


def sigmoid(x):
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    return np.reciprocal(x, out=x)


def w4():
    start = common.load("w4_x.f32").reshape(1000, 100)
    weights = common.load("w4_w.f32").reshape(5, 100, 100)
    functions = {"sigmoid": sigmoid, "tanh": lambda x: np.tanh(x, out=x), "relu": lambda x: np.maximum(x, 0, out=x)}

    def run():
        check = {}
        for case, (name, std) in enumerate(common.W4_CASES):
            x = start
            for layer in weights:
                x = functions[name](x @ (layer * np.float32(std)))
                low, high = common.W4_RANGES.get(name) or (0.0, float(x.max()))
                mean, deviation = x.mean(), x.std()
                # Equal bins need no search: quicker than np.histogram.
                bins = ((x - np.float32(low)) * np.float32(common.BINS / (high - low))).astype(np.intp)
                counts = np.bincount(np.minimum(bins, common.BINS - 1).ravel(), minlength=common.BINS)
            check[str(case)], check[f"{case}h"] = float(deviation), int(counts.max())
            assert np.isfinite(mean)
        return {}, check

    return run


def w5():
    x, y = data("train")
    flats = common.load("w5_params.f32").reshape(common.W5_SEEDS, -1)
    batches = common.load("w5_batches.i32").reshape(common.W5_SEEDS, -1, 128).astype(np.intp)

    def work(trial):
        name, rate, seed = trial
        net = Net(flats[seed], common.SMALL_SIZES)
        with np.errstate(all="ignore"):
            losses = train(net, Rule(name, rate, net.params), x, y, batches[seed])
        return name, rate, float(losses[-50:].mean()), float(losses[: common.SOONER].mean())

    workers = common.Workers(lambda: work, common.w5_trials())
    return lambda: ({}, common.w5_check(workers.run()))


def w6():
    spec = common.spec()
    x, y = data("train")
    test_x, test_y = common.images("test"), common.labels("test")
    flat = common.load("w6_params.f32")
    batches = common.load("w6_batches.i32").reshape(spec["w6_epochs"], spec["w6_steps"], 128).astype(np.intp)

    def run():
        net, losses = Net(flat, common.SMALL_SIZES), []
        rule = Rule("adam", 0.001, net.params)
        for epoch in batches:
            losses.append(train(net, rule, x, y, epoch))
            accuracy = net.accuracy(test_x, test_y)
        losses = np.concatenate(losses)
        first, last = float(losses[: common.FIRST].mean()), float(losses[-100:].mean())
        return {}, {"accuracy": accuracy, "loss/first": first, "loss": last}

    return run


if __name__ == "__main__":
    ONE = "float32"
    TWO = f"{ONE}; two processes"
    BLOCKS = "in place, in blocks that stay in the cache"
    common.serve(
        "numpy",
        np.__version__,
        {"w1": (ONE, w1), "w2": (TWO, w2), "w3": (BLOCKS, w3), "w4": (ONE, w4), "w5": (TWO, w5), "w6": (ONE, w6)},
    )

"""scikit-learn's MLPClassifier: w6 alone, the one workload that asks for no more than it has."""

import common  # before NumPy: it settles the threads
import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier


def w6():
    spec = common.spec()
    x, y, test_x, test_y = (f(part) for part in ("train", "test") for f in (common.images, common.labels))
    flat = common.load("w6_params.f32")
    batches = common.load("w6_batches.i32").reshape(spec["w6_epochs"], -1)

    def model():
        """A model that starts from the given weights; the library only takes them through private names."""
        net = MLPClassifier((100,), alpha=0, batch_size=128, learning_rate_init=0.001, shuffle=False)
        net.partial_fit(x[:128], y[:128], classes=np.arange(common.CLASSES))
        layers = common.layers(flat.copy(), common.SMALL_SIZES)
        net.coefs_, net.intercepts_ = [w for w, _ in layers], [b for _, b in layers]
        del net._optimizer  # it holds the weights of the first call and its moments
        return net

    def run():
        net = model()
        for at, epoch in enumerate(batches):
            # One call takes the batches of a whole epoch in order. The loss is asked over the first steps and over the
            # last 100, and the library gives the mean over a call: so these are calls of their own.
            cuts = [common.FIRST * 128] if at == 0 else []
            cuts += [len(epoch) - 100 * 128] if at + 1 == len(batches) else []
            for call, rows in enumerate(np.split(epoch, cuts)):
                net.partial_fit(x[rows], y[rows])
                if at == call == 0:
                    first = net.loss_
            accuracy = net.score(test_x, test_y)
        return {}, {"accuracy": float(accuracy), "loss/first": float(first), "loss": float(net.loss_)}

    return run


def unable(why):
    def prepare():
        raise common.Unable(why)

    return prepare


if __name__ == "__main__":
    WHY = {
        "w1": "MLPClassifier has no Adagrad",
        "w2": "MLPClassifier has no batch norm",
        "w3": "scikit-learn has no update rules of its own to call",
        "w4": "MLPClassifier does not show its activations",
        "w5": "MLPClassifier has neither Adagrad nor RMSProp",
    }
    workloads = {name: ("", unable(why)) for name, why in WHY.items()}
    workloads["w6"] = ("MLPClassifier, partial_fit for each epoch", w6)
    common.serve("sklearn", sklearn.__version__, workloads)

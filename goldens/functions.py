"""Two-dimensional test functions: values and gradients (automatic differentiation) at random points, and their minima."""

import recording  # first: it sets the frameworks up

import jax
import jax.numpy as jnp
import numpy as np


def ravine(x, y):
    return x**2 / 20.0 + y**2


def sphere(x, y):
    return x**2 + y**2


def saddle(x, y):
    return x**2 - y**2


def rosenbrock(x, y, a=1.0, b=100.0):
    return (a - x) ** 2 + b * (y - x**2) ** 2


def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def himmelblau(x, y):
    return (x**2 + y - 11.0) ** 2 + (x + y**2 - 7.0) ** 2


def booth(x, y):
    return (x + 2.0 * y - 7.0) ** 2 + (2.0 * x + y - 5.0) ** 2


def three_hump_camel(x, y):
    return 2.0 * x**2 - 1.05 * x**4 + x**6 / 6.0 + x * y + y**2


def rastrigin(x, y, a=10.0):
    return 2.0 * a + sum(z**2 - a * jnp.cos(2.0 * jnp.pi * z) for z in (x, y))


def ackley(x, y, a=20.0, b=0.2, c=2.0 * np.pi):
    bowl = -a * jnp.exp(-b * jnp.sqrt((x**2 + y**2) / 2.0))
    return bowl - jnp.exp((jnp.cos(c * x) + jnp.cos(c * y)) / 2.0) + a + jnp.e


def styblinski_tang(x, y):
    return sum(z**4 - 16.0 * z**2 + 5.0 * z for z in (x, y)) / 2.0


# function, formula, window x, window y, global minima (polished below), their value
CASES = [
    (ravine, "x²/20 + y²", (-10.0, 10.0), (-5.0, 5.0), [(0.0, 0.0)], 0.0),
    (sphere, "x² + y²", (-5.12, 5.12), (-5.12, 5.12), [(0.0, 0.0)], 0.0),
    (saddle, "x² - y²", (-2.0, 2.0), (-2.0, 2.0), [], None),
    (rosenbrock, "(a - x)² + b (y - x²)², a = 1, b = 100", (-2.0, 2.0), (-1.0, 3.0), [(1.0, 1.0)], 0.0),
    (beale, "(1.5 - x + x y)² + (2.25 - x + x y²)² + (2.625 - x + x y³)²", (-4.5, 4.5), (-4.5, 4.5), [(3.0, 0.5)], 0.0),
    (himmelblau, "(x² + y - 11)² + (x + y² - 7)²", (-5.0, 5.0), (-5.0, 5.0),
     [(3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)], 0.0),
    (booth, "(x + 2y - 7)² + (2x + y - 5)²", (-10.0, 10.0), (-10.0, 10.0), [(1.0, 3.0)], 0.0),
    (three_hump_camel, "2x² - 1.05 x⁴ + x⁶/6 + x y + y²", (-5.0, 5.0), (-5.0, 5.0), [(0.0, 0.0)], 0.0),
    (rastrigin, "2a + Σ (z² - a cos 2πz), a = 10", (-5.12, 5.12), (-5.12, 5.12), [(0.0, 0.0)], 0.0),
    (ackley, "-a exp(-b √((x² + y²)/2)) - exp((cos cx + cos cy)/2) + a + e, a = 20, b = 0.2, c = 2π",
     (-5.0, 5.0), (-5.0, 5.0), [(0.0, 0.0)], 0.0),
    (styblinski_tang, "½ Σ (z⁴ - 16 z² + 5 z)", (-5.0, 5.0), (-5.0, 5.0), [(-2.903534, -2.903534)], -78.33233140754285),
]


def polished(function, point):
    """The minimum beside a point, by Newton's method; refuses a point that is none."""

    def flat(z):
        return function(z[0], z[1])

    z = jnp.array(point)
    if function is ackley:  # a cusp: no derivative there
        return [0.0, 0.0]
    for _ in range(20):
        z = z - jnp.linalg.solve(jax.hessian(flat)(z), jax.grad(flat)(z))
    curvature = np.linalg.eigvalsh(np.array(jax.hessian(flat)(z)))
    slope = float(jnp.abs(jax.grad(flat)(z)).max())
    sits = slope < 1e-12 and curvature.min() > 0 and np.allclose(z, point, atol=1e-5)
    assert sits, f"expected a minimum of {function.__name__} at {point}; Newton ends at {z}, slope {slope}"
    return [float(v) + 0.0 for v in z]  # + 0.0: no minus zero


def document():
    rng = np.random.default_rng(1960)
    made = []
    for function, formula, xs, ys, minima, least in CASES:
        points = np.stack([rng.uniform(*xs, size=20), rng.uniform(*ys, size=20)], axis=1)
        both = jax.value_and_grad(function, argnums=(0, 1))
        values, gradients = zip(*(both(float(x), float(y)) for x, y in points))
        h = 1e-6  # a rough second opinion on the derivative
        for (x, y), g in zip(points, gradients):
            rough = [(function(x + h, y) - function(x - h, y)) / 2 / h, (function(x, y + h) - function(x, y - h)) / 2 / h]
            assert np.allclose(g, rough, rtol=1e-5, atol=1e-5), f"expected {g} from differences at {x}, {y}; found {rough}"
        at = [polished(function, point) for point in minima]
        for point in at:
            off = abs(float(function(*point)) - least)
            assert off < 1e-13 * max(1.0, abs(least)), f"expected {least} at {point} of {function.__name__}; off by {off}"
        print(f"{function.__name__:18} {len(at)} minima")
        made.append({
            "name": function.__name__, "formula": formula, "window": [xs, ys], "points": points, "values": list(values),
            "gradients": np.array([[float(v) for v in g] for g in gradients]),
            "minima": [{"at": point, "value": least} for point in at],
        })
    return {
        "about": "points are (x, y); gradients by automatic differentiation in float64; minima are the global ones",
        "made_with": recording.made_with("jax", "numpy"),
        "functions": made,
    }

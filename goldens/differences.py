"""Differences within pairs, and what is said of them (differences.json): SciPy, statsmodels and lifelines; profiles in NumPy.

100 samples, families, curves and tables each. Numbers of samples are multiples of a power of two, so that every sum of a resample is exact and ties are
ties in any order of summation.
"""

import math
import types
import warnings

import recording

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from scipy import integrate, special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

KINDS = ["normal", "shifted", "ties", "zeros", "heavy", "skewed", "tiny", "huge", "offset", "lattice"]


def close(a, b, tolerance=1e-9):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=0.0)


# Samples


def sample(rng, kind, n):
    z = rng.normal(size=n)
    values = {
        "normal": lambda: z,
        "shifted": lambda: z + 1.0,
        "ties": lambda: np.round(2 * z) / 2 + 0.5 * (rng.random(n) < 0.5),
        "zeros": lambda: np.where(rng.random(n) < 0.3, 0.0, z + 0.3),
        "heavy": lambda: rng.standard_cauchy(size=n) + 0.5,
        "skewed": lambda: rng.exponential(size=n) - 0.5,
        "tiny": lambda: z + 0.5,
        "huge": lambda: z - 0.7,
        "offset": lambda: 1000.0 + z,
        "lattice": lambda: rng.integers(-3, 6, size=n).astype(float),
    }[kind]()
    unit = {"tiny": 2.0**-120, "huge": 2.0**120}.get(kind, 1.0)
    return np.round(values * 2**14) / 2**14 * unit


def places(seed, n, count):
    """Resamples by a linear congruential generator of 64 bits, so that they need not be stored."""
    state, rows = seed, []
    for _ in range(count):
        row = []
        for _ in range(n):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            row.append((state >> 33) % n)
        rows.append(row)
    return np.array(rows)


def bca(x, statistic, rows):
    """SciPy's interval of given resamples: it takes their statistics from an earlier result."""
    earlier = types.SimpleNamespace(bootstrap_distribution=statistic(x[rows], axis=-1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of degenerate distributions, which are left out below
        found = stats.bootstrap(
            (x,), statistic, n_resamples=0, bootstrap_result=earlier, method="BCa", confidence_level=0.95,
        ).confidence_interval
    interval = [float(found.low), float(found.high)]
    return interval if all(math.isfinite(end) for end in interval) else None


def samples():
    rng = np.random.default_rng(1945)
    sizes = [2, 3, 4, 5, 6, 8, 10, 12, 13, 14, 15, 17, 20, 25, 30, 40, 50, 51, 55, 60]
    cases = []
    while len(cases) < 100:
        index = len(cases)
        n, kind = sizes[(index + index // 20) % 20], KINDS[index % 10]
        x = sample(rng, kind, n)
        if np.ptp(x) == 0 or abs(x.mean()) < 1e-9 * x.std():
            continue
        test = stats.ttest_1samp(x, 0.0)
        effect = x.mean() / x.std(ddof=1)
        case = {
            "kind": kind, "differences": x, "mean": x.mean(), "sd": x.std(ddof=1), "median": np.median(x),
            "quantiles": np.quantile(x, [0.1, 0.25, 0.9]), "t": float(test.statistic), "p": float(test.pvalue),
            "interval": list(map(float, test.confidence_interval(0.95))), "effect": effect,
            "hedges": effect * math.exp(math.lgamma((n - 1) / 2) - math.lgamma((n - 2) / 2)) / math.sqrt((n - 1) / 2)
            if n > 2 else None,
            "wilcoxon": float(stats.wilcoxon(x).pvalue),
        }
        rows = places(index, n, 499)
        for name, statistic in [("bca_mean", np.mean), ("bca_median", np.median)]:
            interval = bca(x, statistic, rows)
            if interval is not None:
                case[name] = interval
        cases.append(case)
    exact = sum(case["wilcoxon"] != stats.wilcoxon(case["differences"], method="asymptotic").pvalue for case in cases)
    print(f"{sum(c['p'] < 0.05 for c in cases)} of 100 samples are decided; {exact} signed-rank tests are not the normal one")
    assert 20 < exact < 90
    return cases


# Laws


def laws():
    degrees = [1, 2, 3, 4, 9, 19, 59, 199, 200, 201, 1000, 99999, 999999]
    tails = [[nu, t, float(2 * stats.t.sf(t, nu))] for nu in degrees for t in [1e-7, 0.01, 0.7, 1.0, 1.4, 2.0, 6.0, 30.0, 1e5]]
    alphas = [0.9, 0.5, 0.1, 0.05, 0.01, 1e-3, 1e-6, 1e-12]
    shares = [1e-300, 1e-30, 1e-9, 1e-3, 0.025, 0.2, 0.49, 0.7, 0.975, 0.999]
    return {
        "t_tails": [row for row in tails if row[2] > 1e-290],
        # The quantile by the inverse of the incomplete beta function where stats.t.ppf keeps fewer digits than its own tail shows.
        "t_critical": [[nu, alpha, critical(nu, alpha)] for nu in degrees for alpha in alphas],
        "normal": [[p, float(special.ndtri(p))] for p in shares],
        "chi2": [[k, x, float(stats.chi2.sf(x, k))] for k in [2, 3, 5, 9, 19] for x in [1e-3, 0.5, 3.0, 11.0, 40.0, 300.0]],
    }


def critical(nu, alpha):
    t = float(stats.t.isf(alpha / 2, nu))
    assert close(2 * stats.t.sf(t, nu), alpha, 1e-11), f"t.isf({alpha / 2}, {nu}) is no inverse"
    return t


# Families


def families():
    rng = np.random.default_rng(1979)
    cases = []
    for index in range(100):
        m = int(rng.integers(1, 25))
        p = np.round(rng.random(m) ** rng.choice([1, 3, 8]), 6) + 1e-9
        if index % 3 == 0:
            p = rng.choice(p, size=m)  # ties
        cases.append({"p": p.clip(max=1.0), "adjusted": multipletests(p.clip(max=1.0), method="holm")[1]})
    return cases


# Power


def integral(effect, n, alpha):
    """The power again, by quadrature over the chi law, against digits that the library may lose."""
    nu, shift = n - 1, effect * math.sqrt(n)
    c = critical(nu, alpha)
    law = stats.chi(nu, scale=1 / math.sqrt(nu))
    of = lambda s: (special.ndtr(shift - c * s) + special.ndtr(-shift - c * s)) * law.pdf(s)
    middle = [law.ppf(q) for q in (0.0, 1e-6, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-6)] + [law.ppf(0.5) * 40]
    return sum(integrate.quad(of, a, b, epsabs=0, epsrel=1e-13, limit=400)[0] for a, b in zip(middle, middle[1:]))


def powers():
    solver, rows, apart = TTestPower(), [], 0
    for n in [2, 3, 5, 10, 15, 20, 60, 300]:
        for effect in [0.0, 0.1, 0.5, 1.0, -1.5, 3.0]:
            for alpha in [0.05, 0.01]:
                found = float(solver.power(abs(effect), n, alpha, alternative="two-sided"))
                again = integral(effect, n, alpha)
                # The library has no number where a tail is next to nothing.
                assert math.isnan(found) or close(found, again, 1e-8), f"power({effect}, {n}, {alpha}): {found}, by quadrature {again}"
                apart += not close(found, again, 1e-10)
                rows.append([effect, n, alpha, found if close(found, again, 1e-10) else again])
    print(f"{len(rows)} powers; {apart} of the library's are none or further than 1e-10 from the quadrature, which is recorded there")
    assert len(rows) == 96 and apart < 20
    return rows


def needed():
    solver, rows = TTestPower(), []
    for effect in [0.1, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0]:
        for target in [0.5, 0.8, 0.95]:
            n = next(n for n in range(2, 2000) if solver.power(effect, n, 0.05, alternative="two-sided") >= target)
            rows.append([effect, target, 0.05, n])
    return rows


# Curves


def survival():
    rng = np.random.default_rng(1958)
    cases = []
    for index in range(100):
        n = int(rng.integers(1, 31))
        times = rng.integers(1, [6, 40, 5000][index % 3], size=n).astype(float)
        limit = rng.choice([3.0, 30.0, 1e9])
        reached = (times <= limit) & (rng.random(n) < [1.0, 0.8, 0.4][index % 3 - index % 2])
        times = np.minimum(times, limit)
        steps = []
        ecdf = stats.ecdf(stats.CensoredData(uncensored=times[reached], right=times[~reached])).sf if reached.any() else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # log 0, where the interval is none
            bands = ecdf.confidence_interval(0.95, method="log-log") if ecdf else None
        share, variance = 1.0, 0.0
        for time in np.unique(times[reached]):
            risk, events = int((times >= time).sum()), int(((times == time) & reached).sum())
            at = int(np.searchsorted(ecdf.quantiles, time))
            survive = float(ecdf.probabilities[at])
            share *= 1 - events / risk
            assert close(share + 1, survive + 1, 1e-12), "expected SciPy's curve to be the product"
            low, high = (float(bands.low.probabilities[at]), float(bands.high.probabilities[at])) if survive > 1e-9 else (None, None)
            steps.append([time, risk, events, survive if survive > 1e-9 else 0.0, low, high])
        fitter = KaplanMeierFitter().fit(times, reached)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ends = median_survival_times(fitter.confidence_interval_).to_numpy()[0]
        middle = float(fitter.median_survival_time_)
        # A share of exactly ½ is one; lifelines rounds it to either side.
        first = lambda column, none: next((s[0] for s in steps if (none if s[column] is None else s[column]) <= 0.5 + 1e-12), None)
        mine = [first(3, 0.0), first(4, 0.0), first(5, 1.0)]
        theirs = [None if not math.isfinite(v) else float(v) for v in (middle, *ends)]
        halves = any(abs(s[3] - 0.5) < 1e-9 for s in steps)
        zero = bool(steps) and steps[-1][3] == 0.0  # there lifelines' interval is of a shrunken share, ours none
        assert mine[0] == theirs[0] or halves, f"median {mine[0]}, lifelines {theirs[0]}"
        assert mine[1] == theirs[1] or zero, f"lower end {mine[1]}, lifelines {theirs[1]}"
        assert mine[2] == theirs[2] or zero, f"upper end {mine[2]}, lifelines {theirs[2]}"
        cases.append({"times": times, "reached": reached.astype(int), "steps": steps, "median": mine[0], "median_low": mine[1],
                      "median_high": mine[2]})
    return cases


# Tables


def tables():
    rng = np.random.default_rng(1937)
    cases = []
    while len(cases) < 100:
        index = len(cases)
        problems, k = int(rng.integers(2, 13)), int(rng.integers(3, 9))
        scores = rng.normal(size=(problems, k)) + np.arange(k) * rng.choice([0.0, 0.4])
        if index % 2:
            scores = np.round(scores)
        scores = np.round(scores, 3)
        if index % 4 == 3:
            scores[rng.random(scores.shape) < 0.2] = np.inf  # diverged
        ranks = stats.rankdata(scores, axis=1)
        # From ranks, which have the same ranks: SciPy has no place for infinite scores.
        chi2, p = map(float, stats.friedmanchisquare(*ranks.T))
        if not chi2 > 1e-3:
            continue  # rounding would be all of it
        rows = [[None if math.isinf(v) else v for v in row] for row in scores.tolist()]
        cases.append({"scores": rows, "mean_ranks": ranks.mean(axis=0), "chi2": chi2, "p": p})
    return cases


def profiles():
    rng = np.random.default_rng(2002)
    cases = []
    for index in range(100):
        problems, k = int(rng.integers(1, 13)), int(rng.integers(1, 5))
        costs = np.round(np.exp(2 * rng.normal(size=(problems, k))), 3) + 0.001
        if index % 2:
            costs = np.ceil(costs)  # ties
        costs[rng.random(costs.shape) < 0.15] = np.inf
        best = costs.min(axis=1, keepdims=True)
        ratios = np.where(np.isfinite(costs), costs / best, np.inf)
        curves = []
        for column in ratios.T:
            taus = np.union1d([1.0], column[np.isfinite(column)])
            curves.append([taus, [(column <= tau).mean() for tau in taus]])
        cases.append({"costs": [[None if math.isinf(v) else v for v in row] for row in costs.tolist()], "profiles": curves})
    return cases


def document():
    return {
        "about": "differences of pairs and what is said of them: sd with n - 1, Student intervals and BCa intervals of 95 %, two-sided p; BCa of "
        "sample i from 499 resamples of the generator in differences.py with seed i; power rows are effect, n, alpha, power; seeds_needed rows "
        "effect, power, alpha, n; survival steps time, at risk, events, S, ends; laws: nu, t, P(|T| > t); nu, alpha, t; p, z; k, x, P(X > x)",
        "made_with": recording.made_with("lifelines", "numpy", "scipy", "statsmodels"),
        "samples": samples(), "laws": laws(), "holm": families(), "power": powers(), "seeds_needed": needed(), "survival": survival(),
        "ranks": tables(), "profiles": profiles(),
    }

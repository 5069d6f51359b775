"""Statistics of paired samples (statistics.json): means, deviations, Student intervals, the paired t-test, by SciPy."""

import recording

import numpy as np
from scipy import stats

LEVEL = 0.95


def interval(x):
    low, high = stats.t.interval(LEVEL, df=len(x) - 1, loc=np.mean(x), scale=stats.sem(x))
    return [low, high]


def describe(x):
    return {"mean": np.mean(x), "sd": np.std(x, ddof=1), "interval": interval(x)}


def sample(rng, n, effect):
    """Accuracies of two techniques in per cent; a seed's luck is shared by both, so the pairing matters."""
    luck = rng.normal(scale=1.0, size=n)
    return 95.0 + luck + rng.normal(scale=0.2, size=n), 95.0 - effect + luck + rng.normal(scale=0.2, size=n)


def document():
    rng = np.random.default_rng(1908)
    sizes = [*range(3, 21), *rng.integers(3, 21, size=12)]
    effects = np.tile([0.0, 0.1, -0.3, 1.0, 0.02], 6)  # from undecided to plain
    cases = []
    for n, effect in zip(sizes, effects):
        a, b = sample(rng, n, effect)
        test = stats.ttest_rel(a, b)
        cases.append({
            "n": int(n), "a": a, "b": b, "of_a": describe(a), "of_b": describe(b),
            "difference": {**describe(a - b), "t": float(test.statistic), "p": float(test.pvalue)},
        })
        apart = stats.ttest_ind(a, b).pvalue
        assert abs(apart - test.pvalue) > 1e-6, "expected the paired test to differ from the unpaired one"
    decided = sum(c["difference"]["p"] < 0.05 for c in cases)
    print(f"{decided} of {len(cases)} paired samples are decided at 5 %")
    assert 5 < decided < 25, f"expected a mixture of verdicts; found {decided} of {len(cases)} decided"
    return {
        "about": "sd with n - 1; intervals of the mean, Student, 95 %; difference is a - b, paired; p is two-sided; "
        "t_quantiles holds the .975 quantile for 1, 2, … degrees of freedom",
        "made_with": recording.made_with("scipy", "numpy"),
        "cases": cases,
        "t_quantiles": [float(stats.t.ppf(0.975, df)) for df in range(1, 101)],
    }

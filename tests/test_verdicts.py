"""What may be said of a comparison: where the lowest was, whether it lay at an edge, whether two methods differ."""

import warnings

import numpy as np
import pytest
from scipy.stats import quantile_test

from optcourse import (
    Adam,
    GradientDescent,
    Momentum,
    Network,
    best_eta,
    compare,
    digits,
    lowest,
    paired,
    surfaces,
    sweep,
)

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("count", [6, 7, 8, 9, 10, 17, 20, 30, 31, 60])
def test_the_interval_is_scipys(count):
    first, second = RNG.exponential(size=(2, count))
    found = paired(first, second)
    theirs = quantile_test(first - second, q=0, p=0.5).confidence_interval(0.95)
    assert (found.low, found.high) == (theirs.low, theirs.high)
    assert found.median == np.median(first - second) and found.pairs == count
    assert (found.lower, found.higher) == (np.sum(first < second), np.sum(first > second))


def test_the_interval_holds_the_true_median_in_nineteen_of_twenty_samples_however_they_are_distributed():
    for sample in (RNG.normal, RNG.exponential, RNG.standard_cauchy):
        centre = np.median(sample(size=1_000_000))
        held = [
            (each.low <= centre <= each.high) for each in (paired(sample(size=30), np.zeros(30)) for _ in range(800))
        ]
        assert 0.94 <= np.mean(held) <= 0.985, sample


def test_the_verdict_is_in_the_text():
    ones = np.arange(1.0, 11.0)
    assert str(paired(ones, np.zeros(10))) == "+5.5 (95 %: +2 to +9), higher in 10 of 10 pairs"
    assert str(paired(np.zeros(10), ones)) == "-5.5 (95 %: -9 to -2), lower in 10 of 10 pairs"
    unsure = paired([1, -2, 3, -4, 5, -6, 7], np.zeros(7))
    assert str(unsure) == "+1 (95 %: -6 to +7), cannot be told apart" and not unsure.apart
    assert f"{paired(ones / 8, np.zeros(10)):1} " == "+0.7 (95 %: +0.2 to +1), higher in 10 of 10 pairs "
    assert [paired(ones, np.zeros(10)).verdict, paired(np.zeros(10), ones).verdict] == ["higher", "lower"]
    assert unsure.verdict == "cannot be told apart"
    assert f"{unsure}" == f"{unsure:2}" == str(unsure)
    assert "123 (95 %: +122 to +124)" in str(paired([122, 123, 123, 123, 123, 124], np.zeros(6)))
    equal = paired(ones, ones)
    assert str(equal) == "0 (95 %: 0 to 0), cannot be told apart" and equal.lower == equal.higher == 0


def test_a_few_failed_runs_move_nothing_and_two_failed_ones_are_equal():
    ones = np.arange(1.0, 31.0)
    failed = ones.copy()
    failed[-1] = np.inf
    assert str(paired(failed, np.zeros(30))) == str(paired(ones, np.zeros(30)))
    both = paired([np.inf] * 30, [np.inf] * 30)
    assert both.median == 0 and not both.apart
    assert paired([np.inf] * 20 + [1] * 10, np.zeros(30)).apart


def silent(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call()


def test_the_lowest_is_the_first_of_those_as_low():
    assert silent(lambda: lowest([3, 1, 2], eta=[0.1, 1, 10])) == 1
    assert silent(lambda: lowest([3, 1 + 5e-10, 1, 2], eta=[0.1, 1, 10, 100])) == 1
    assert silent(lambda: lowest([[3, 3, 3], [3, 1, 2], [3, 3, 3]], eta=[1, 2, 3], gamma=[0.1, 0.2, 0.3])) == (1, 1)
    assert silent(lambda: lowest([-1, -3, -2], eta=[1, 2, 3])) == 1
    assert silent(lambda: lowest([np.inf, 2, np.inf], eta=[1, 2, 3])) == 1


@pytest.mark.parametrize(
    ("losses", "axes", "text"),
    [
        (
            [1, 2, 3],
            {"eta": [0.1, 0.2, 0.3]},
            "the best eta, 0.1, is the smallest value tried; extend the range downward",
        ),
        ([3, 2, 1], {"eta": [0.1, 0.2, 0.3]}, "the best eta, 0.3, is the largest value tried; extend the range upward"),
        ([1, 2, 3], {"eta": [0.3, 0.2, 0.1]}, "the best eta, 0.3, is the largest value tried"),
        ([2, 1, 3], {"gamma": [0.9, 0.999, 0.99]}, "the best gamma, 0.999, is the largest value tried"),
        ([[3, 3, 3], [3, 2, 1], [3, 3, 3]], {"eta": [1, 2, 3], "gamma": [0.1, 0.2, 0.3]}, "the best gamma, 0.3"),
    ],
)
def test_an_edge_is_said(losses, axes, text):
    with pytest.warns(UserWarning, match=text):
        lowest(losses, **axes)


def test_no_edge_is_said_where_there_is_none():
    assert silent(lambda: lowest([1, 2, 3], gamma=[0, 0.5, 0.9])) == 0, "nothing lies below 0"
    assert silent(lambda: lowest([1, 1, 3], eta=[1, 2, 3])) == 0, "the neighbour is as good"
    assert silent(lambda: lowest([[3, 1, 2]], eta=[1], gamma=[0.1, 0.2, 0.3])) == (0, 1), "one value is no search"


def test_whoever_tunes_says_an_edge():
    with pytest.warns(UserWarning, match=r"the best eta, 0\.02, is the \w+ value tried"):
        assert best_eta(GradientDescent, surfaces.ravine, 100, [0.005, 0.01, 0.02]).eta == 0.02
    with pytest.warns(UserWarning, match=r"the best gamma, 0\.3, is the \w+ value tried"):
        assert sweep(Momentum(eta=0.1), surfaces.ravine, gamma=[0.1, 0.2, 0.3]).best == {"gamma": 0.3}
    with pytest.warns(UserWarning, match=r"the best eta, 0\.003, is the \w+ value tried"):
        found = compare(Adam, Network(64, 10), digits(), [0.0001, 0.001, 0.003], range(2), 1)
        assert found.best == 2
    assert silent(lambda: best_eta(GradientDescent, surfaces.ravine, 100).eta) == 0.063


def test_the_best_of_a_sweep():
    found = sweep(Momentum(), surfaces.ravine, steps=300, eta=np.linspace(0.01, 0.15, 15), gamma=[0.3, 0.5, 0.7, 0.9])
    eta, gamma = found.best.values()
    settled = found.steps_to_tolerance
    assert (
        found.fewest
        == settled[settled >= 0].min()
        == settled[list(found.axes["eta"]).index(eta), [0.3, 0.5, 0.7, 0.9].index(gamma)]
    )
    short = sweep(GradientDescent(), surfaces.ravine, steps=20, eta=[0.01, 0.07, 0.0799])
    assert short.fewest == -1 and short.best == {"eta": 0.07}, "where none gets there, the lowest loss"
    several = sweep(GradientDescent(), surfaces.ravine, [(1, 1), (2, 1)], eta=[0.01, 0.07])
    with pytest.raises(ValueError, match="best is for one start"):
        several.best  # noqa: B018

"""Decompositions: the gap and the three properties, with examples on both sides of each."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import grid

from lrp_edu.decomposition import Decomposition


@given(grid((2, 3)), grid(2))
def test_gap_is_what_no_input_received(R, value):
    split = Decomposition(value, R)
    for n in range(2):
        assert split.conservation_gap[n] == value[n] - (R[n, 0] + R[n, 1] + R[n, 2])


@given(grid((2, 3)), st.floats(1e-150, 1e150))
def test_properties_hold_for_what_adds_up(R, scale):
    split = Decomposition(R.sum(axis=-1) * scale, R * scale)
    assert split.is_conservative(4e-16)
    assert split.is_positive() == split.is_consistent() == bool((R >= 0).all())


def test_properties_are_relative_and_for_the_whole_batch():
    assert not Decomposition(1.0, [0.5, 0.4]).is_conservative()
    assert not Decomposition(1e-20, [0.5e-20, 0.4e-20]).is_conservative()
    assert Decomposition(1.0, [0.5, 0.4]).is_conservative(tolerance=0.1)
    assert not Decomposition(np.array([1.0, 1.0]), [[0.5, 0.5], [0.5, 0.4]]).is_conservative()
    assert not Decomposition(np.array([1.0, 1.0]), [[0.5, 0.5], [1.5, -0.5]]).is_positive()
    assert Decomposition(0.0, [0.0, 0.0]).is_consistent()


def test_a_large_value_cannot_hide_a_gap_of_another():
    assert not Decomposition(np.array([1e6, 1.0]), [[1e6], [1.000001]]).is_conservative()


def test_consistent_needs_both():
    assert not Decomposition(1.0, [2.0, -1.0]).is_consistent()
    assert not Decomposition(1.0, [2.0, 1.0]).is_consistent()
    assert Decomposition(1.0, [0.25, 0.75]).is_consistent()


def test_conservation_alone_does_not_make_relevance_vanish_with_the_value():
    split = Decomposition(0.0, [1.0, -1.0])
    assert split.is_conservative() and not split.is_positive()


@given(grid(3, low=0))
def test_the_uniform_map_is_consistent_and_says_nothing(x):
    value = x @ np.array([1.0, 2.0, 0.0])
    assert Decomposition(value, np.full(3, value / 3)).is_consistent()


def test_defaults_and_frozen():
    split = Decomposition(2.0, [1.6, 0.4])
    assert (split.baseline, split.remainder) == (0, 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        split.value = 3.0

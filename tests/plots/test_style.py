"""The colours: legible on cream, in order of lightness, and one for each name."""

import numpy as np
import plotly.io as pio
import pytest
from plotly.colors import hex_to_rgb

from tegum.plots import style


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2."""
    rgb = hex_to_rgb(colour) if colour.startswith("#") else [float(v) for v in colour[4:-1].split(",")]
    share = np.array(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scale", [style.IMPORTANCE, style.SUPERPOSITION])
def test_a_sequential_scale_grows_lighter_all_the_way(scale: tuple[str, ...]) -> None:
    light = [luminance(c) for c in style.colours(scale, np.linspace(0, 1, 50), 0, 1)]
    assert np.all(np.diff(light) > 0)


def test_the_diverging_scale_is_lightest_at_zero_and_even_on_both_sides() -> None:
    light = np.array([luminance(c) for c in style.colours(style.DIVERGING, np.linspace(-1, 1, 21), -1, 1)])
    assert light.argmax() == 10
    assert np.all(np.diff(light[:11]) > 0)
    assert np.all(np.diff(light[10:]) < 0)
    assert abs(light[0] - light[-1]) < 0.05


def test_values_outside_a_scale_saturate() -> None:
    assert style.colours(style.IMPORTANCE, [-5, 7], 0, 1) == style.colours(style.IMPORTANCE, [0, 1], 0, 1)


def test_words_and_colours_stand_out_from_the_ground() -> None:
    assert contrast(style.INK, style.GROUND) > 12
    assert contrast(style.MUTED, style.GROUND) > 4.5
    assert all(contrast(colour, style.GROUND) > 1.8 for colour in (*style.SERIES, *style.IMPORTANCE))


def test_a_name_has_one_colour_however_often_it_comes() -> None:
    assert style.palette(["a", "b", "a"]) == {"a": style.SERIES[0], "b": style.SERIES[1]}
    many = style.palette([str(i) for i in range(30)])
    assert len(set(many.values())) == 30


def test_faint_reads_both_ways_of_writing_a_colour() -> None:
    assert style.faint("#0F6CA8", 0.2) == style.faint("rgb(15, 108, 168)", 0.2) == "rgba(15, 108, 168, 0.2)"


def test_what_is_infinite_becomes_a_gap() -> None:
    np.testing.assert_array_equal(style.finite([1, np.inf, -np.inf, np.nan]), [1, np.nan, np.nan, np.nan])


def test_minus_is_a_minus() -> None:
    assert style.number(-0.42) == "−0.42"


def test_the_template_is_not_registered() -> None:
    assert pio.templates.default == "plotly"
    assert style.figure(100).layout.template.layout.paper_bgcolor == style.GROUND

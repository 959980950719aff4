"""Pictures of maps: the right colour at the right place, words for the pointer, ticks."""

import base64
import io

import numpy as np
from PIL import Image

from tegum.failure.outcomes import NAMES
from tegum.plots import style
from tegum.plots.maps import NOTHING, Plane, by_name, by_value, picture, planes
from tegum.plots.states import SHADES

X, Y = np.geomspace(0.01, 1, 3), np.array([0.0, 1.0])


def pixels(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB"))


def rgb(shade: str) -> list[int]:
    return [int(shade[i : i + 2], 16) for i in (1, 3, 5)]


def test_names_have_their_colours_and_nothing_has_its_own() -> None:
    assert list(SHADES) == list(NAMES)
    found = by_name(np.array([1.0, 0.0, np.nan]), ["#000000", "#FF0010"])
    assert found.tolist() == [[255, 0, 16], [0, 0, 0], rgb(NOTHING)]


def test_values_have_the_scales_colours() -> None:
    found = by_value(np.array([0.0, 1.0, 2.0, np.nan]))
    assert found.tolist() == [
        rgb(style.IMPORTANCE[0]),
        rgb(style.IMPORTANCE[-1]),
        rgb(style.IMPORTANCE[-1]),
        rgb(NOTHING),
    ]


def test_the_lowest_row_is_at_the_bottom_and_small_pictures_are_enlarged() -> None:
    colour = np.zeros((2, 3, 3), np.uint8)
    colour[0, 0] = [200, 0, 0]
    image = pixels(picture(colour))
    times = image.shape[0] // 2
    assert times > 100
    assert image[-1, 0].tolist() == [200, 0, 0]
    assert image[-times, times - 1].tolist() == [200, 0, 0]
    assert image[-1, times].tolist() == image[0, 0].tolist() == [0, 0, 0]


def test_the_picture_covers_its_pixels_and_the_pointer_is_told_what_they_are() -> None:
    plane = Plane(X, Y, np.zeros((2, 3, 3), np.uint8), "title", {"ends": np.array([["a", "b", "c"], ["d", "e", "f"]])})
    figure = planes([plane], x_label="rate", y_label="shift", log_x=True, shades={"a": "#000000"})
    image = figure.layout.images[0]
    assert (image.x, image.sizex, image.y, image.sizey) == (-2.5, 3.0, 1.5, 2.0)
    hover = figure.data[0]
    assert hover.text[1][2] == "rate 1<br>shift 1<br>ends f"
    assert (figure.layout.xaxis.type, figure.layout.xaxis.range) == ("log", (-2.5, 0.5))
    assert figure.data[1].name == "a"


def test_a_window_is_framed_where_it_is() -> None:
    plane = Plane(X, Y, np.zeros((2, 3, 3), np.uint8), window=(0.01, 0.1, 0.2, 0.4))
    frame = planes([plane], x_label="", y_label="", log_x=True).layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.01, 0.1, 0.2, 0.4)


def test_both_axes_may_be_logarithmic() -> None:
    plane = Plane(X, np.array([0.1, 10.0]), np.zeros((2, 3, 3), np.uint8))
    figure = planes([plane], x_label="", y_label="", log_x=True, log_y=True)
    image = figure.layout.images[0]
    assert (image.y, image.sizey) == (2.0, 4.0)
    assert (figure.layout.yaxis.type, figure.layout.yaxis.range) == ("log", (-2.0, 2.0))

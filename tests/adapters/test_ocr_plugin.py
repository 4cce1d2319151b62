"""What we add to the program that reads: which tilts are corrected."""

import pytest

from app.adapters.ocr_plugin import tilt_to_correct


@pytest.mark.parametrize(("measured", "corrected"), [(0.4, 0.0), (-0.49, 0.0), (0.5, 0.5), (-2.0, -2.0)])
def test_a_page_that_is_all_but_straight_stays_as_it_is(measured: float, corrected: float) -> None:
    assert tilt_to_correct(measured) == corrected

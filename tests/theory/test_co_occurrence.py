"""Principal components of co-occurring sets, against samples and eigenvectors."""

import jax
import numpy as np
import pytest

import tegum as tg
from tegum.theory.co_occurrence import correlation, covariance, set_means
from tegum.toy.features import draw


@pytest.mark.parametrize("p", [0.1, 0.5, 1.0])
def test_covariance_of_samples(p: float) -> None:
    x = np.asarray(draw(tg.CorrelatedSets(sets=3, feature_probability=p), jax.random.key(0), 6, 200_000), float)
    np.testing.assert_allclose(np.cov(x), covariance(p, 3, 2), atol=2e-3)
    assert correlation(p) == pytest.approx(np.corrcoef(x)[0, 1], abs=0.01)


def test_the_first_components_are_the_means_of_sets() -> None:
    values, vectors = np.linalg.eigh(covariance(0.3, 3, 2))
    assert values[-3:] == pytest.approx(values[-1])
    assert values[-1] > 2 * values[-4]
    first, means = vectors[:, -3:], set_means(3, 2)
    np.testing.assert_allclose(first @ first.T, means @ means.T, atol=1e-12)

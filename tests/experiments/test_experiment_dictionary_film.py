"""Dictionaries on film: analysis by hand, the experiment in small, untrained dictionaries, and all of it in NumPy."""

import numpy as np
import pytest

import tegum as tg
from tegum.experiments import find
from tegum.experiments.dictionary_film import claims as c
from tegum.experiments.dictionary_film import figures, judging, settings
from tegum.experiments.experiment import Experiment, Runs
from tegum.training.run import execute

CROSS = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # three true directions


def test_who_is_silent_by_hand() -> None:
    h = np.array([[1.0, 0.0, -1.0], [0.0, 0.5, 0.0]])
    W_e, b_e = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, -1.0]]), np.array([-0.5, -0.6, -0.4, -0.1])
    assert judging.silent(W_e, b_e, np.zeros(2), h).tolist() == [False, True, False, True]
    assert judging.silent(W_e, b_e, np.array([0.0, 0.5]), h).tolist() == [False, True, True, False]


def test_who_serves_which_direction_by_hand() -> None:
    turned = np.radians([9.0, 99.0 + 2, 3.0])  # the first and the last are near to (1, 0), the second is 11° off (0, 1)
    W_d = np.stack([np.cos(turned), np.sin(turned)])
    live = np.zeros(3, bool)
    assert judging.serving(CROSS, W_d, live).tolist() == [2, -1, -1]
    assert judging.serving(CROSS, W_d, np.array([False, False, True])).tolist() == [0, -1, -1]
    assert judging.serving(CROSS, W_d, ~live).tolist() == [-1, -1, -1]


def test_edits_and_records_fit_each_other() -> None:
    assert settings.steps_of_edits(3000) == (800, 1200, 1600, 2000)
    assert settings.steps_of_edits(1500) == (800, 1200)
    kept = settings.recorded(1499)
    assert {0, 50, 800, 801, 805, 870, 1499} <= set(kept)
    assert 1201 not in kept
    assert list(kept) == sorted(set(kept))


def test_fields_are_checked() -> None:
    with pytest.raises(tg.BadInput, match=r"latents=4 must be at least 5, as many as there are features"):
        find("dictionary-film", latents=4)
    with pytest.raises(tg.BadInput, match=r"steps=1000 must be at least 1100, so that a remedy acts"):
        find("dictionary-film", steps=1000)
    with pytest.raises(tg.BadInput, match=r"remedies=\('prayer',\) must be some of published rule; published, full"):
        find("dictionary-film", remedies=("prayer",))
    with pytest.raises(tg.BadInput, match=r"filmed=300 must be the place of a dictionary, 0 … 299"):
        find("dictionary-film", filmed=300)
    with pytest.raises(tg.BadInput, match=r"seeds=0 must be at least 1"):
        find("dictionary-film", seeds=0, filmed=1)


@pytest.fixture(scope="module")
def quick() -> tuple[Experiment, Runs]:
    experiment = find("dictionary-film", "quick")
    return experiment, {name: execute(one) for name, one in experiment.trainings().items()}


def test_arms_are_the_same_until_the_first_edit(quick: tuple[Experiment, Runs]) -> None:
    _, runs = quick
    alone = runs[settings.NOTHING].data["W_e_history"].sel(step=slice(0, 800)).values
    for run in runs.values():
        np.testing.assert_array_equal(run.data["W_e_history"].sel(step=slice(0, 800)).values, alone)


def test_the_quick_experiment_finds_what_the_page_says(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    verdicts = {judged.statement: judged.verdict for judged in experiment.claims(runs)}
    assert verdicts[c.MISSES.statement] == "holds"
    assert verdicts[c.PUBLISHED_ALL.statement] == "fails"
    assert verdicts[c.FULL_ALL.statement] != "fails"
    assert c.TIED_ALL.statement not in verdicts


def test_the_film_is_of_the_first_that_fits_and_tells_its_story(quick: tuple[Experiment, Runs]) -> None:
    experiment, runs = quick
    alone = judging.end(runs[settings.NOTHING])
    place = judging.chosen(runs)
    assert place is not None
    fits = [dead.sum() >= 2 and found < 5 for dead, found in zip(alone.dead, alone.found, strict=True)]
    assert fits.index(True) == place
    film, ends, course = experiment.panels(runs)
    assert f"Dictionary {settings.JUDGED + place}, the first that, left alone" in film.caption
    assert "latents taken hold of" in film.caption
    assert len(film.figure.frames) == len(settings.recorded(3000))
    assert (ends.name, course.name) == ("ends", "course")
    reel = figures.reel(runs[settings.NOTHING], place)
    assert reel.found[-1] == alone.found[place]
    assert reel.dead[-1].tolist() == alone.dead[place].tolist()


def test_a_chosen_dictionary_can_be_filmed(quick: tuple[Experiment, Runs]) -> None:
    _, runs = quick
    film = figures.panels(runs, 3)[0]
    assert f"Dictionary {settings.JUDGED + 3}, as chosen" in film.caption


def test_dictionaries_of_one_step_fulfil_no_claim_on_remedies() -> None:
    still = {"steps": 1, "interventions": (), "record": None}
    arms = (settings.NOTHING, settings.PUBLISHED, settings.FULL, settings.TIED)
    runs = {arm: execute(settings.training(arm, 20, 8, 3000).model_copy(update=still)) for arm in arms}
    verdicts = {judged.statement: judged.verdict for judged in judging.judged(runs)}
    del verdicts[c.MISSES.statement]  # that untrained dictionaries miss features is true
    assert "holds" not in verdicts.values()


def test_length_and_memory_are_what_the_published_rule_lacks_in_double_precision() -> None:
    found = {}
    for arm in (settings.PUBLISHED, settings.FULL, settings.KEPT):
        one = settings.training(arm, 20, 8, 3000).model_copy(update={"precision": "float64", "record": None})
        found[arm] = judging.end(execute(one)).found
    assert (found[settings.FULL] == 5).mean() >= 0.8
    assert (found[settings.KEPT] == 5).mean() >= 0.6
    assert (found[settings.PUBLISHED] == 5).mean() <= 0.5


class Plain:
    """Some dictionaries side by side in NumPy: `SparseError`, `Adam` and the published rule once more."""

    def __init__(self, W: np.ndarray, seed: int) -> None:
        self.W, self.rng = W, np.random.default_rng(seed)
        k, e = len(W), self.rng.normal(size=(2, len(W), 2, 8))
        e /= np.linalg.norm(e, axis=2, keepdims=True)
        self.p = [e[0].swapaxes(1, 2), np.full((k, 8), settings.BIAS), e[1], np.zeros((k, 2))]  # W_e, b_e, W_d, b_d
        self.moments = [[np.zeros_like(part) for part in self.p] for _ in range(2)]
        self.idle = np.zeros((k, 8))

    def inputs(self, count: int) -> np.ndarray:
        x = self.rng.random((len(self.W), 5, count)) * (self.rng.random((len(self.W), 5, count)) < settings.DENSITY)
        return self.W @ x

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        W_e, b_e, W_d, b_d = self.p
        centred = x - b_d[..., None]
        f = np.maximum(W_e @ centred + b_e[..., None], 0)
        return centred, f, W_d @ f - centred

    def step(self, t: int) -> None:
        x = self.inputs(settings.BATCH)
        W_e, _, W_d, _ = self.p
        centred, f, wrong = self.forward(x)
        df = (2 * W_d.swapaxes(1, 2) @ wrong + settings.PENALTY) * (f > 0) / settings.BATCH
        slope = 2 * wrong @ f.swapaxes(1, 2) / settings.BATCH
        slopes = [
            df @ centred.swapaxes(1, 2),
            df.sum(2),
            slope - W_d * (W_d * slope).sum(1, keepdims=True),
            (2 * wrong / settings.BATCH - W_e.swapaxes(1, 2) @ df).sum(2),
        ]
        for i, g in enumerate(slopes):
            m, v = self.moments[0][i], self.moments[1][i]
            m[...], v[...] = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            self.p[i] = self.p[i] - settings.RATE * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        self.p[2] = self.p[2] / np.linalg.norm(self.p[2], axis=1, keepdims=True)
        self.idle = np.where((f > 0).any(2), 0, self.idle + 1)

    def resample(self, fraction: float, *, forget: bool) -> None:
        x = self.inputs(settings.SEEN)
        _, f, wrong = self.forward(x)
        weight = ((wrong**2).sum(1) + settings.PENALTY * f.sum(1)) ** 2 * (x != 0).any(1)
        dead = self.idle >= settings.WINDOW
        for i, j in np.argwhere(dead):
            live = np.linalg.norm(self.p[0][i][~dead[i]], axis=1).mean()
            towards = x[i][:, self.rng.choice(x.shape[2], p=weight[i] / weight[i].sum())]
            towards = towards / np.linalg.norm(towards)
            self.p[0][i, j], self.p[1][i, j], self.p[2][i, :, j] = fraction * live * towards, 0, towards
            for moment in self.moments if forget else []:
                moment[0][i, j], moment[1][i, j], moment[2][i, :, j] = 0, 0, 0
        self.idle[dead] = 0

    def found(self, fraction: float | None, *, forget: bool = True) -> np.ndarray:
        """How many true directions each has found after 3,000 steps."""
        for t in range(3000):
            if fraction is not None and t in settings.steps_of_edits(3000):
                self.resample(fraction, forget=forget)
            self.step(t + 1)
        W_e, b_e, W_d, b_d = self.p
        h = self.W @ judging.inputs()
        dead = [judging.silent(*one) for one in zip(W_e, b_e, b_d, h, strict=True)]
        return np.array([(judging.serving(*one) >= 0).sum() for one in zip(self.W, W_d, dead, strict=True)])


def test_numpy_says_the_same_of_length_and_memory() -> None:
    turn = 2 * np.pi * (np.arange(5) / 5 + np.arange(16)[:, None] / 83)
    W = 1.13 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    found = {fraction: Plain(W, 5).found(fraction) for fraction in (None, 0.2, 1.0)}
    assert (found[None] == 5).mean() <= 0.5
    assert (found[0.2] == 5).mean() <= 0.6
    assert (found[1.0] == 5).mean() >= 0.8
    assert (Plain(W, 5).found(0.2, forget=False) == 5).mean() >= 0.6

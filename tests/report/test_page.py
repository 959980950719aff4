"""Pages and books: whole, offline, and deaf to hostile strings."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs

from tegum.claims import Judged, Verdict
from tegum.experiments.experiment import Panel
from tegum.plots import gram_panels, histories, latent_zones, wheels, zone_film
from tegum.report import Chapter, book, page

HOSTILE = "</script><script>alert('&')</script><img src=x onerror=alert(1)> \"quoted\" <b>ü</b>"
VOID = {"meta", "link", "img", "br", "hr", "input"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def in_a_browser(test: Callable[..., None]) -> Callable[..., None]:
    """A test that needs Chromium; the gate has it."""
    return pytest.mark.browser(pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found")(test))


class Reader(HTMLParser):
    """Collects elements and the text of scripts; fails where tags do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self.words += data

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.elements for key, value in attrs.items() if key == name]

    def tags(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.elements)


def finding(verdict: Verdict, statement: str = "Five form a pentagon.", note: str = "a note") -> Judged:
    return Judged(statement, "Elhage 2022", "in 90 % of seeds", "17 of 40", verdict, 0.4, 0.3, 0.6, 40, note)


def findings() -> list[Judged]:
    return [finding("holds"), finding("fails"), finding("unclear"), finding("fails")]


def panels() -> list[Panel]:
    W = np.eye(2, 3)[None]
    zero = np.zeros((1, 3))
    gram = gram_panels(np.zeros((1, 3, 3)), zero, zero, zero, ["t"])
    return [
        Panel("wheels", "Three features", "Two are kept.", wheels(W, [1, 0.9, 0.8], ["dense"])),
        Panel("gram", "What is stored", "", gram),
        Panel("loss", "Loss", "It falls.", histories([1, 10, 100], [[1.0], [0.1], [0.01]], ["seed 0"])),
    ]


def one_page(
    text: str = "A title", figures: Sequence[Panel] | None = None, claims: Sequence[Judged] | None = None
) -> str:
    return page(
        text,
        f"lede {text}",
        panels() if figures is None else figures,
        findings() if claims is None else claims,
        json.dumps({"name": text, "steps": 10}),
        {"version": text},
        {"Run it again:": f"tegum run {text}", "Open the data:": "xarray.open_zarr('runs/x/data.zarr')"},
    )


def one_book(text: str = "All runs") -> str:
    return book(text, [Chapter(name, text, "A lede", panels(), findings()) for name in ("intro", "onehot")])


def scorecard() -> str:
    """A book of two experiments, one of them in two sizes."""
    claims = [
        finding("holds", "Pentagons form."),
        replace(finding("fails", "Squares form."), source="Beyond Elhage 2022", reason="They cost more."),
        replace(finding("unclear", "Hexagons form."), source="A book, page 2"),
    ]
    times = {"seconds": 61.0, "processor_seconds": 100.0, "workers": 2, "finished": "2026-01-02T03:04:05+00:00"}
    runs = [("intro-1", "intro", "quick"), ("intro-2", "intro", "standard, changed"), ("tilt-3", "tilt", "standard")]
    chapters = [
        Chapter(name, f"On {of}", "A lede", panels(), claims, f"tegum run {of}", of, size, times)
        for name, of, size in runs
    ]
    return book("All runs", chapters, "Left out: 1 run (old-0).")


@pytest.mark.parametrize("html", [one_page(), one_book()], ids=["page", "book"])
def test_it_parses_and_its_headings_descend_without_gaps(html: str) -> None:
    reader = Reader(html)
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels)) <= 1
    assert ("html", {"lang": "en"}) in reader.elements


@pytest.mark.parametrize("html", [one_page(), one_book()], ids=["page", "book"])
def test_anchors_are_unique_and_every_link_has_its_target(html: str) -> None:
    reader = Reader(html)
    ids = reader.attributes("id")
    assert len(ids) == len(set(ids))
    links = [link for link in reader.attributes("href") if link != "data:,"]
    assert len(links) > 2
    assert all(link.startswith("#") and link[1:] in ids for link in links)


@pytest.mark.parametrize("html", [one_page(), one_book()], ids=["page", "book"])
def test_nothing_is_fetched(html: str) -> None:
    own = html.replace(get_plotlyjs(), "")
    assert len(own) < len(html)
    reader = Reader(own)
    assert reader.attributes("src") == []
    assert not re.search(r"https?://|@import|url\(|//cdn", own)
    assert "default-src 'none'" in own


def test_plotly_is_there_once_however_many_figures() -> None:
    assert one_page().count(get_plotlyjs()) == one_book().count(get_plotlyjs()) == 1


def test_verdicts_have_a_word_and_a_sign() -> None:
    words = " ".join(Reader(one_page()).words.split())
    for badge in ("✓ holds", "✗ fails", "? unclear", "✓ 1 holds", "✗ 2 fail", "? 1 unclear"):
        assert badge in words


def test_a_claim_shows_all_it_has() -> None:
    words = Reader(one_page()).words
    for part in ("Five form a pentagon.", "Elhage 2022", "in 90 % of seeds", "17 of 40", "a note"):
        assert part in words


def test_specification_provenance_and_commands_are_shown() -> None:
    words = Reader(one_page("intro")).words
    assert '{\n  "name": "intro",\n  "steps": 10\n}' in words
    assert "tegum run intro" in words
    assert "xarray.open_zarr('runs/x/data.zarr')" in words


def test_a_book_counts_the_verdicts_of_all_runs() -> None:
    words = " ".join(Reader(one_book()).words.split())
    assert "✓ 2 hold ✗ 4 fail ? 2 unclear" in words


def test_a_book_of_several_sizes_counts_each_and_says_what_is_left_out() -> None:
    words = " ".join(Reader(scorecard()).words.split())
    assert "quick ✓ 1 holds ✗ 1 fails ? 1 unclear standard ✓ 2 hold ✗ 2 fail ? 2 unclear" in words
    assert "Left out: 1 run (old-0)." in words


def test_a_book_has_a_row_of_times_for_each_run_and_the_total() -> None:
    words = " ".join(Reader(scorecard()).words.split("Sizes and times")[-1].split())
    assert "intro standard, changed 1 min 1 s 1 min 40 s 2 2026-01-02 03:04 UTC" in words
    assert "all 3 min 3 s 5 min 0 s" in words


def test_a_reason_is_shown_where_a_claim_fails() -> None:
    claims = [replace(finding(verdict), reason=f"because {verdict}") for verdict in ("holds", "fails", "unclear")]
    words = Reader(one_page(claims=claims)).words
    assert "Why it fails: because fails" in words
    assert words.count("because") == 1


def test_the_figures_come_before_the_claims() -> None:
    html = one_page()
    assert html.index('id="figure-wheels"') < html.index('id="claims"') < html.index('id="specification"')


def test_hostile_strings_stay_words() -> None:
    figure = go.Figure(go.Scatter(y=[1], name=HOSTILE), layout={"title": HOSTILE})
    claim = Judged(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "holds", 1.0, 0.5, 1.0, 9, HOSTILE)
    harmless = Reader(one_page("x", [Panel("n", "x", "x", go.Figure())], [claim]))
    reader = Reader(one_page(HOSTILE, [Panel(HOSTILE, HOSTILE, HOSTILE, figure)], [claim]))
    assert reader.tags("script") == harmless.tags("script")
    assert reader.tags("img") == reader.tags("b") == 0
    assert reader.attributes("onerror") == []
    assert reader.words.count(HOSTILE) >= 10
    assert json.loads(reader.scripts[0])["data"][0]["name"] == HOSTILE


def test_a_figure_survives_the_page_unchanged() -> None:
    figure = panels()[1].figure
    stored = json.loads(Reader(one_page()).scripts[1])
    assert go.Figure(stored) == go.Figure(json.loads(figure.to_json()))


def test_every_figure_says_in_words_what_it_is() -> None:
    assert "Three features. Two are kept." in Reader(one_page()).attributes("aria-label")


def test_an_unknown_verdict_is_not_shown_as_one_of_the_three() -> None:
    with pytest.raises(jinja2.UndefinedError, match="perhaps"):
        one_page(claims=[finding("perhaps")])  # type: ignore[arg-type]


def test_a_page_without_figures_or_claims_is_a_page() -> None:
    assert Reader(one_page(figures=[], claims=[])).tags("figure") == 0


def test_importing_the_report_does_not_load_plotly() -> None:
    code = "import sys, tegum.report; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@in_a_browser
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize(("html", "count"), [(one_page(), 3), (one_book(), 6)], ids=["page", "book"])
def test_a_browser_draws_every_figure_without_complaint(html: str, count: int, width: int, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    said: list[str] = []
    asked: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        for figure in tab.locator("figure").all():  # a book draws what comes near
            figure.scroll_into_view_if_needed()
        drawn = "() => [...document.querySelectorAll('.plot')].filter((p) => p.querySelector('.main-svg')).length"
        tab.wait_for_function(f"({drawn})() === {count}", timeout=30_000)
        tab.wait_for_timeout(200)
        buttons = tab.locator(".modebar-btn").evaluate_all("b => b.map(e => e.dataset.title)")
        overflow = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        browser.close()
    assert said == []
    assert asked == [file.as_uri()]
    assert "Download plot" in buttons
    assert not [title for title in buttons if "hare" in title or "loud" in title]
    assert overflow <= 0


@in_a_browser
@pytest.mark.parametrize("width", [1200, 390])
def test_figures_of_a_book_take_the_room_that_was_kept_for_them(width: int, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "book.html"
    file.write_text(one_book(), encoding="utf-8")
    heights = "[...document.querySelectorAll('.plot')].map((plot) => plot.offsetHeight)"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        rooms = []
        for nothing_is_drawn in (True, False):
            tab = browser.new_page(viewport={"width": width, "height": 800})
            if nothing_is_drawn:
                tab.add_init_script("window.IntersectionObserver = class { observe() {} }")
            tab.goto(file.as_uri())
            if not nothing_is_drawn:
                for figure in tab.locator("figure").all():
                    figure.scroll_into_view_if_needed()
                    figure.locator(".main-svg").first.wait_for()
            rooms.append(tab.evaluate(heights))
        browser.close()
    assert rooms[0] == rooms[1]
    assert len(rooms[0]) == 6


@in_a_browser
@pytest.mark.parametrize("width", [1200, 400])
def test_the_scorecard_filters_and_sorts_from_the_keyboard(width: int, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    file = tmp_path / "book.html"
    file.write_text(scorecard(), encoding="utf-8")
    wrong: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(file.as_uri())
        statements = ".claims tbody tr:visible .statement"

        def shown() -> list[str]:
            return [text.split()[0] for text in tab.locator(statements).all_text_contents()]

        def counts() -> list[str]:
            return [" ".join(text.split()) for text in tab.locator(".filters .badge").all_text_contents()]

        assert shown() == ["Pentagons", "Squares", "Hexagons"] * 3
        assert counts() == ["✓ holds 3", "✗ fails 3", "? unclear 3"]
        tab.locator(".filters .badge").nth(1).focus()
        tab.keyboard.press("Space")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        assert shown() == ["Squares", "Hexagons"] * 3
        assert tab.locator(".filters output").text_content() == "6 of 9 claims"
        tab.locator("select[name=size]").select_option("standard")
        tab.locator("select[name=run]").select_option("tilt-3")
        assert shown() == ["Squares", "Hexagons"]
        assert counts() == ["✓ holds 1", "✗ fails 1", "? unclear 1"]
        tab.locator("input[name=words]").fill("they COST")
        assert shown() == ["Squares"]
        tab.get_by_role("button", name="Show all").click()
        tab.locator("select[name=work]").select_option("Ours")
        tab.wait_for_function("document.querySelector('.filters output').textContent === '3 of 9 claims'")
        assert shown() == ["Squares"] * 3
        tab.get_by_role("button", name="Show all").click()
        tab.locator("select[name=sort]").select_option("verdict")
        tab.wait_for_function("document.querySelector('.filters output').textContent === '9 of 9 claims'")
        assert shown() == ["Pentagons"] * 3 + ["Squares"] * 3 + ["Hexagons"] * 3
        if width > 700:
            tab.get_by_role("button", name="Claim and source").press("Enter")
            assert shown() == ["Hexagons"] * 3 + ["Pentagons"] * 3 + ["Squares"] * 3
            assert tab.locator("th[aria-sort]").all_text_contents() == ["Claim and source"]
            tab.get_by_role("button", name="Claim and source").press("Enter")
            assert shown() == ["Pentagons", "Squares", "Hexagons"] * 3
        tab.locator("#run-tilt-3 ~ .made a").press("Enter")
        tab.wait_for_function("document.querySelector('.filters output').textContent === '3 of 9 claims'")
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        browser.close()
    assert wrong == []


@in_a_browser
def test_films_play_and_scenes_turn_under_the_mouse(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    turn = 2 * np.pi * np.arange(5) / 5
    W = np.stack([np.cos(turn), np.sin(turn)])
    moving = zone_film((np.stack([W, 1.1 * W, 1.2 * W]), np.zeros((3, 5))), ["first", "second", "third"])
    solid = latent_zones((np.concatenate([np.eye(3), -np.eye(3)], axis=1), np.zeros(6)))
    panels = [Panel("film", "A film", "It plays.", moving), Panel("scene", "A scene", "It turns.", solid)]
    file = tmp_path / "page.html"
    file.write_text(page("t", "l", panels, [], "{}", {}, {}), encoding="utf-8")
    wrong: list[str] = []
    with sync_api.sync_playwright() as playwright:
        gl = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=gl)
        tab = browser.new_page(viewport={"width": 1100, "height": 900})
        tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(file.as_uri())
        tab.wait_for_function("document.querySelectorAll('.plot .main-svg').length > 3", timeout=60_000)
        label = tab.locator(".slider-label").first
        assert label.text_content() == "step third"
        seen = "document.querySelector('.plot').on('plotly_animatingframe', (e) => (window.seen ??= []).push(e.name))"
        tab.evaluate(f"() => {{ {seen}; }}")
        tab.locator(".updatemenu-button").first.click()
        tab.wait_for_function("() => window.seen?.join() === '0,1,2'", timeout=30_000)
        tab.locator(".slider-rail-touch-rect").first.click(force=True)  # and now it follows the keys
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for pressed, step in (("Home", "first"), ("ArrowRight", "second"), ("End", "third"), ("ArrowLeft", "second")):
            tab.keyboard.press(pressed)
            tab.wait_for_function(f"document.querySelector('.slider-label').textContent === 'step {step}'")
        eye = "() => JSON.stringify(document.querySelectorAll('.plot')[1]._fullLayout.scene._scene.getCamera().eye)"
        before = tab.evaluate(eye)
        tab.locator(".plot").nth(1).scroll_into_view_if_needed()
        box = tab.locator(".plot").nth(1).bounding_box()
        assert box is not None
        tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tab.mouse.down()
        tab.mouse.move(box["x"] + box["width"] / 2 + 150, box["y"] + box["height"] / 2 + 40, steps=8)
        tab.mouse.up()
        tab.wait_for_function(f"({eye})() !== {before!r}", timeout=30_000)
        browser.close()
    assert wrong == []

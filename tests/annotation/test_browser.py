"""The whole page in a real browser, as an annotator uses it; skipped where Chromium is not installed."""

import json
from fractions import Fraction

import av
import numpy as np
import pytest
from checks.browser import PageServer, browser, eventually

from learnface.annotation import AnnotationStore
from learnface.synthetic import Learner, synthesise_clip
from learnface.synthetic.media import write_video

SECONDS = 3.0
RIGHT, LEFT = "\ue014", "\ue012"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One folder for all tests, each of which has an annotator of its own."""
    folder = tmp_path_factory.mktemp("annotate") / "clips"
    frames = synthesise_clip(Learner(3), "confused", frames=6, size=64, supersample=1).frames
    film = np.repeat(frames, 5, axis=0)  # 30 frames
    write_video(folder / "ada" / "1.mp4", film, fps=10)
    write_video(folder / "ada" / "2.avi", film[:5], fps=10)
    write_late(folder / "ada" / "3.mp4", film)
    with PageServer(folder) as server:
        yield server


def write_late(path, film):
    """Write a video whose first picture comes at one second, as in a file that was cut."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"bf": "0"})
        stream.height, stream.width, stream.pix_fmt = *film.shape[1:3], "yuv420p"
        for place, picture in enumerate(film):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = place + 10, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


class Page:
    """The page as somebody who labels sees it."""

    def __init__(self, driver, server):
        self.driver, self.server, self.name = driver, server, None
        self.open()
        self.script("sessionStorage.clear(); localStorage.clear();")
        self.driver.get("about:blank")
        self.open()

    def open(self, address=""):
        self.driver.get(self.server.address + address)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def shown(self, selector, place=0):
        """Return an element once it is to be seen."""
        code = (
            "return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetParent)[arguments[1]]"
        )
        return eventually(lambda: self.driver.execute_script(code, selector, place), selector)

    def script(self, code):
        return self.driver.execute_script(code)

    def keys(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def begin(self, name):
        self.name = name
        self.shown("#name").send_keys(name, "\n")
        self.shown("#clips button")

    def open_clip(self, place=0):
        self.shown("#clips button", place).click()
        self.ready()

    def ready(self):
        eventually(lambda: self.find("#video").get_attribute("data-ready") == "true", "the first picture")

    @property
    def time(self):
        return self.script("return document.getElementById('video').currentTime")

    @property
    def paused(self):
        return self.script("return document.getElementById('video').paused")

    @property
    def sign(self):
        return self.find("#sign").get_attribute("data-state")

    def saved(self):
        eventually(lambda: self.sign == "saved", "the sign 'saved'")

    def play_until(self, time, *keys):
        """Play, pressing keys all the while, until the video is at `time` or at its end."""
        if self.paused:
            self.keys(" ")
        end = "const v = document.getElementById('video'); return v.ended || v.currentTime >= "
        eventually(
            lambda: (keys and self.keys(*keys)) or self.script(end + str(time)), f"{time} s of the video"
        )

    def seek(self, time):
        self.script(
            f"const s = document.getElementById('seek'); s.value = {time}; s.dispatchEvent(new Event('input'));"
        )
        eventually(lambda: not self.script("return document.getElementById('video').seeking"), "the seek")

    def store(self):
        return AnnotationStore(self.server.folder / "annotations.sqlite")

    def trace(self, dimension):
        with self.store() as store:
            return store.trace(self.name, 1, dimension)

    def marks(self):
        with self.store() as store:
            return store.marks(self.name, 1)


@pytest.fixture
def page(chromium, server):
    page = Page(chromium, server)
    chromium.get_log("browser")  # what came before is not this test's
    yield page
    chromium.get("about:blank")


def covers(trace, start, stop):
    times = [time for time, _ in trace]
    return times[0] <= start and times[-1] >= stop and np.diff(times).max() <= 0.5


def test_label_a_video_from_end_to_end(page):
    page.begin("Anna")
    page.open_clip()
    page.play_until(SECONDS, RIGHT)  # valence
    page.saved()
    valence = page.trace("valence")
    assert covers(valence, 0.3, SECONDS - 0.05)
    values = [value for _, value in valence]
    assert values == sorted(values) and values[-1] > values[0]
    assert "100%" in page.find(".passes [data-pass=valence]").text

    page.find(".go").click()  # arousal
    eventually(lambda: "arousal" in page.find("#question").text.lower(), "the second pass")
    page.play_until(SECONDS, LEFT)
    page.saved()
    assert covers(page.trace("arousal"), 0.3, SECONDS - 0.05)
    assert page.trace("arousal")[-1][1] < 0
    assert page.trace("valence") == valence

    page.keys("v")  # a part of valence again: only that part changes
    page.keys("r")
    page.seek(1.0)
    page.keys("\ue011")  # Home: -1
    page.play_until(1.8)
    page.keys(" ")
    page.saved()
    again = page.trace("valence")
    new = [time for time, value in again if value == -1]
    assert 0.95 <= new[0] <= 1.3 and new[-1] >= 1.7 and covers([(t, 0) for t in new], new[0], new[-1])
    outside = [sample for sample in again if not new[0] <= sample[0] <= new[-1]]
    assert outside == [sample for sample in valence if not new[0] <= sample[0] <= new[-1]]

    page.keys("e")  # emotions
    page.seek(0.5)
    page.keys("4")
    page.seek(1.5)
    page.keys("4", "5")
    page.seek(1.0)
    page.keys("5")  # stopped before it was started: the other way round
    page.find("#finished").click()
    page.saved()
    assert [(mark.label, mark.start, mark.stop) for mark in page.marks()] == [
        ("happy", 0.5, 1.5),
        ("confused", 1.0, 1.5),
    ]
    edit_marks(page)
    page.script("scrollTo(0, 0)")
    page.find("#back").click()
    text = page.shown("#clips tbody tr").text
    assert "100%" in text and "✓" in text
    page.find("[data-export='ratings.csv']").click()
    eventually(lambda: "annotations.csv" in page.find("#export-note").text, "the export")
    severe = [entry["message"] for entry in page.driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def edit_marks(page):
    """Change a mark's label and stop, delete the other one, and take that back."""
    from selenium.webdriver.support.ui import Select

    Select(page.find("#marks [data-part=label]")).select_by_value("surprise")
    field = page.find("#marks [data-part=stop]")
    field.clear()
    field.send_keys("2.25", "\n")
    page.driver.find_elements("css selector", "#marks [data-part=delete]")[1].click()
    page.saved()
    assert [(mark.label, mark.start, mark.stop) for mark in page.marks()] == [("surprise", 0.5, 2.25)]
    page.find("#undo button").click()
    stops = "#marks [data-part=stop]"
    eventually(lambda: len(page.driver.find_elements("css selector", stops)) == 2, "both marks")
    page.saved()  # the list is drawn anew until then
    field = page.find("#marks [data-part=stop]")
    field.clear()
    field.send_keys("0.25", "\n")  # before its start
    assert field.get_attribute("aria-invalid") == "true"
    page.saved()
    assert [(mark.label, mark.stop) for mark in page.marks()] == [("surprise", 2.25), ("confused", 1.5)]


def test_nothing_is_lost_when_the_page_is_loaded_anew(page):
    page.begin("Reloader")
    page.open_clip()
    page.play_until(1.2, RIGHT)
    seen = page.time
    page.driver.refresh()
    page.ready()
    page.saved()
    assert covers(page.trace("valence"), 0.3, seen - 0.05)
    assert "clip=1&pass=valence" in page.driver.current_url and page.find("#studio").is_displayed()


def test_nothing_is_lost_when_the_server_is_killed(page):
    page.begin("Survivor")
    page.open_clip()
    page.play_until(0.8, RIGHT)
    page.server.kill()
    page.play_until(SECONDS, RIGHT)
    eventually(lambda: page.sign == "waiting", "the sign 'not saved yet'")
    assert "Not saved yet" in page.find("#sign").text
    assert not covers(page.trace("valence"), 0.3, SECONDS - 0.3)
    page.server.start()
    page.saved()
    assert covers(page.trace("valence"), 0.3, SECONDS - 0.05)

    page.server.kill()  # and now the page is closed before the server is back
    page.keys("e")
    page.seek(0.5)
    page.keys("1")
    page.seek(2.5)
    page.keys("1", "2")
    eventually(lambda: page.sign == "waiting", "the sign 'not saved yet'")
    page.driver.get("about:blank")
    assert page.marks() == []
    page.server.start()
    page.open()
    page.shown("#clips button")
    page.saved()
    assert [(mark.label, mark.start, mark.stop) for mark in page.marks()] == [
        ("concentrated", 0.5, 2.5),
        ("disgust", 2.5, None),
    ]
    left = page.script("return Object.keys(localStorage).filter((key) => key.includes('/'))")
    assert left == []


def test_annotators_languages_pads_and_names(page):
    page.begin("Bea")
    page.shown("#who").click()
    page.begin("李明")
    eventually(lambda: "李明 (you)" in page.find("#clips").text, "the list of the second annotator")
    assert "Bea" in page.find("#clips").text
    page.find("#language").click()
    assert page.script("return document.documentElement.lang") == "zh-CN"
    assert page.find("#list-title").text == "视频列表" and "李明（我）" in page.find("#clips").text
    page.open_clip()
    assert page.find(".passes").text.split()[0] == "效价"
    page.find("#language").click()
    page.script(
        "window.stick = {connected: true, axes: [0, 0, 0, 0], buttons: [{pressed: false}]};"
        "navigator.getGamepads = () => [window.stick];"
    )
    page.shown("#pad")
    page.script("window.stick = {...window.stick, axes: [-0.54, 0, 0, 0]};")
    eventually(lambda: page.find("#number").text == "−0.50", "the slider where the stick is")
    page.script("window.stick = {...window.stick, buttons: [{pressed: true}]};")
    eventually(lambda: not page.paused, "the video to play")
    page.driver.execute_script("navigator.getGamepads = () => [];")
    for view in (None, "e"):
        if view:
            page.keys(view, "1")
            page.shown("#marks [data-part=delete]")
        for element in page.driver.find_elements("css selector", "button, input, select"):
            if element.is_displayed():
                assert element.accessible_name, element.get_attribute("outerHTML")


def test_both_languages_have_the_same_words(page):
    both = page.driver.execute_async_script(
        "const done = arguments[0]; import('/page/words.js').then(({EN, ZH}) => done(JSON.stringify([EN, ZH])));"
    )
    english, chinese = json.loads(both)
    assert english.keys() == chinese.keys()
    assert len(english["keyList"]) == len(chinese["keyList"])
    named = page.script("return [...document.querySelectorAll('[data-words]')].map((e) => e.dataset.words)")
    assert set(named) <= english.keys()


def test_times_count_from_the_first_picture(page):
    page.begin("Cutter")
    page.open_clip(2)
    assert page.time == 1  # of the browser
    page.play_until(2.0, RIGHT)
    page.keys(" ")
    shown = page.time
    page.saved()
    with page.store() as store:
        trace = store.trace("Cutter", 3, "valence")
    assert trace[0][0] < 0.3 and trace[-1][0] == pytest.approx(shown - 1, abs=0.05)


def test_a_video_that_the_browser_cannot_play(page):
    page.begin("Anna")
    page.shown("#clips button", place=1).click()
    text = page.shown("#unplayable code").find_element("xpath", "..").text
    assert "This browser cannot play 2.avi (mpeg4)" in text
    assert 'ffmpeg -i "ada/2.avi" -c:v libx264 -pix_fmt yuv420p -crf 18 "ada/2.mp4"' in text
    page.find("#unplayable button").click()
    page.ready()
    assert not page.find("#unplayable").is_displayed()
    page.play_until(0.45, RIGHT)
    page.saved()
    with page.store() as store:
        assert covers(store.trace("Anna", 2, "valence"), 0.3, 0.4)

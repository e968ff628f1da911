import warnings
from types import SimpleNamespace

import pytest
from matplotlib.font_manager import FontEntry

from learnface.reports import _fonts
from learnface.reports._fonts import OWN, OWN_PATH, MissingFontWarning, font_path, use_fonts
from learnface.reports._picture import new_figure, save_picture


def entry(path, name):
    return FontEntry(fname=path, name=name, style="normal", weight=400)


@pytest.fixture
def machine(monkeypatch):
    """Let the machine have the fonts given, by name, with the characters given."""
    read = _fonts._characters

    def have(**fonts):
        entries = [entry(f"{name}.ttf", name.replace("_", " ")) for name in fonts]
        monkeypatch.setattr(_fonts, "fontManager", SimpleNamespace(ttflist=entries))
        monkeypatch.setattr(_fonts, "findSystemFonts", lambda: [])
        known = {f"{name}.ttf": frozenset(map(ord, letters)) for name, letters in fonts.items()}
        monkeypatch.setattr(_fonts, "_characters", lambda path: known[path] if path in known else read(path))

    for cache in (_fonts._installed, _fonts._search):
        cache.cache_clear()
    yield have
    for cache in (_fonts._installed, _fonts._search):
        cache.cache_clear()


def test_latin_needs_no_other_font():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert font_path("Zoë, Ελένη, Пётр 98 %") == OWN_PATH


def test_a_font_made_for_chinese_comes_before_others(machine):
    machine(Aardvark="困惑", Microsoft_YaHei="困惑", SimHei="困惑")
    figure = new_figure(3, 2, "困惑 and bored")
    figure.subplots().set_xticks([0, 1], ["困", "b"])
    use_fonts(figure)
    assert figure._suptitle.get_fontfamily() == [OWN, "Microsoft YaHei"]
    ticks = [label.get_fontfamily() for label in figure.axes[0].get_xticklabels()]
    assert ticks[0] == [OWN, "Microsoft YaHei"] and ticks[1] != ticks[0]


def test_where_no_font_has_the_letters_one_warning_says_what_to_do(machine, tmp_path):
    machine(Aardvark="abc")
    with pytest.warns(MissingFontWarning, match="has 困: install one") as caught:
        save_picture(new_figure(2, 1, "困"), tmp_path / "a.png")
    assert len(caught) == 1
    with pytest.warns(MissingFontWarning):
        assert font_path("困") == OWN_PATH


def test_characters_are_those_of_the_file():
    own = _fonts._characters(OWN_PATH)
    assert ord("Ω") in own and ord("困") not in own


def test_a_file_that_is_no_font_is_passed_over(monkeypatch, tmp_path):
    (tmp_path / "broken.ttf").write_text("no font")
    files = [entry(str(tmp_path / name), name) for name in ("broken.ttf", "gone.ttf")]
    monkeypatch.setattr(_fonts, "_installed", lambda: files)
    assert _fonts._search.__wrapped__(frozenset([0x56F0])) is None


def test_a_font_installed_since_matplotlib_last_looked_is_found(machine, monkeypatch):
    machine(Aardvark="abc")
    added = []
    monkeypatch.setattr(_fonts, "findSystemFonts", lambda: ["Aardvark.ttf", "New.ttf"])
    monkeypatch.setattr(_fonts.fontManager, "addfont", added.append, raising=False)
    _fonts._installed()
    assert added == ["New.ttf"]

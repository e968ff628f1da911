"""What the site makes of the code: graphs, pictures, docstrings, links and quoted figures."""

import re
import xml.etree.ElementTree as ElementTree

import keras
import pytest
from checks.markdown import ROOT
from keras import layers

from learnface.cli.main import app
from learnface.corpora import CORPORA
from learnface.models import lenet5
from learnface_site import results
from learnface_site.api_pages import PACKAGES, public_objects
from learnface_site.command_pages import command_page
from learnface_site.corpus_pages import corpus_pages
from learnface_site.docstrings import convert_tables, mark_code
from learnface_site.graph import Branches, Node, steps
from learnface_site.picture import architecture_svg
from learnface_site.rows import Box, Fork, model_rows
from learnface_site.writing import linked, write_folder


def residual_model():
    inputs = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same", name="first")(inputs)
    for number in range(2):
        y = layers.Conv2D(4, 3, padding="same", activation="relu", name=f"inner{number}")(x)
        y = layers.BatchNormalization(name=f"norm{number}")(y)
        x = layers.Add(name=f"add{number}")([x, y])
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax", name="predictions")(x))


def test_a_graph_becomes_steps_and_branches():
    sequence = steps(residual_model())
    names = [step.layer.name if isinstance(step, Node) else "branches" for step in sequence]
    assert names == ["image", "first", "branches", "add0", "branches", "add1", "pool", "predictions"]
    branches = sequence[2]
    assert isinstance(branches, Branches)
    assert [[node.layer.name for node in part] for part in branches.parts] == [["inner0"], []]


def test_rows_count_what_repeats():
    texts = [(row.text, row.shape, row.count) for row in model_rows(residual_model())]
    assert texts == [
        ("input: image", "8×8×3", 1),
        ("convolution 3×3, 4", "8×8×4", 1),
        ("residual block 3×3, 4", "8×8×4", 2),
        ("mean over all places", "4", 1),
        ("dense 2, softmax", "2", 1),
    ]


def test_cross_connections_are_a_fork():
    forks = [row for row in model_rows(lenet5()) if isinstance(row, Fork)]
    assert len(forks) == 1
    assert [len(column) for column in forks[0].columns] == [3, 0]


def test_several_inputs_stand_side_by_side():
    one, two = keras.Input((4,), name="one"), keras.Input((5,), name="two")
    joined = layers.Concatenate(name="join")([layers.Dense(3, name="a")(one), layers.Dense(3, name="b")(two)])
    rows = model_rows(keras.Model([one, two], layers.Dense(2, name="predictions")(joined)))
    assert isinstance(rows[0], Fork)
    assert {column[0].text for column in rows[0].columns} == {"input: one", "input: two"}


def test_a_nested_network_is_drawn_inside():
    body = keras.Model(inputs := keras.Input((6,)), layers.Dense(4, name="fc1")(inputs), name="body")
    outer = keras.Input((6,), name="x")
    rows = model_rows(keras.Model(outer, layers.Dense(2, name="predictions")(body(outer))))
    assert [row.text for row in rows] == ["input: x", "body", "dense 2"]
    assert [row.text for row in rows[1].inside] == ["dense 4"]


def test_the_picture_is_svg_with_all_rows_inside():
    svg = ElementTree.fromstring(architecture_svg(model_rows(lenet5()), "LeNet-5"))
    width, height = float(svg.get("width")), float(svg.get("height"))
    boxes = [one for one in svg.iter("{http://www.w3.org/2000/svg}rect") if one.get("width") != "100%"]
    assert len(boxes) == 8
    for box in boxes:
        x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    assert "<5&" not in architecture_svg([Box("a <5& b", "", "other")], "x")


def test_indented_blocks_of_docstrings_become_code():
    text = [
        "Does it.",
        "",
        "    i = 1",
        "    j = 2",
        "",
        "Args:",
        "    x: a number,",
        "        large.",
        "",
        "- an item",
        "",
        "  goes on",
    ]
    marked = mark_code(text)
    assert marked[:6] == ["Does it.", "", "::", "", "    i = 1", "    j = 2"]
    assert marked[6:] == text[4:]
    doctest = ["Example:", "", "    >>> 1", "    1"]
    assert mark_code(doctest) == doctest


def test_tables_of_docstrings_are_converted():
    lines = convert_tables(["| a | b |", "|---|--:|", "| 1 | 2 |", "", "after"])
    assert lines[:3] == [".. list-table::", "   :header-rows: 1", ""]
    assert [line.strip() for line in lines[3:7]] == ["* - a", "- b", "* - 1", "- 2"]
    assert lines[-1] == "after"


def test_addresses_become_links():
    assert linked("see https://a.org/b, or <https://c.org>.") == "see <https://a.org/b>, or <https://c.org>."
    assert linked("doi 10.12677/csa.2020.1010194.") == (
        "[doi 10.12677/csa.2020.1010194](https://doi.org/10.12677/csa.2020.1010194)."
    )
    assert linked("arXiv 1409.1556; x") == "[arXiv 1409.1556](https://arxiv.org/abs/1409.1556); x"


def test_figures_are_quoted_and_synthetic_ones_are_called_so(tmp_path):
    page = "# Scores\n\n{}\n\n| model | accuracy |\n|---|---:|\n| lenet5 | 50.0 |\n| vgg16 | 60.0 |\n"
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "table.md").write_text(page.format("On people."))
    text = results.figures_of("lenet5", tmp_path)
    assert "| lenet5 | 50.0 |" in text
    assert "60.0" not in text
    assert "Synthetic" not in text
    (tmp_path / "real" / "table.md").write_text(page.format("On **synthetic** faces."))
    assert "Synthetic faces" in results.figures_of("lenet5", tmp_path)
    assert results.figures_of("ststnet", tmp_path) == ""


def test_every_row_that_the_site_quotes_is_there():
    """A results page that is written anew may rename its rows: then `learnface_site.results` must follow."""
    for page, models in results._ROWS.items():
        text = (ROOT / "docs" / "results" / page).read_text(encoding="utf-8")
        rows = {row for names in models.values() for row in names}
        assert all(re.search(rf"^\| {re.escape(row)} +\|", text, flags=re.MULTILINE) for row in rows), page


def test_the_bias_table_is_the_measured_one():
    measured = (
        (ROOT / "docs" / "results" / "fer_vgg" / "occluded.md").read_text(encoding="utf-8").splitlines()
    )
    text = (ROOT / "docs" / "responsible-use.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 17
    assert set(rows) <= set(measured)


def test_every_command_and_corpus_has_its_place():
    page = command_page()
    assert all(f"## learnface {command.name}\n" in page for command in app.registered_commands)
    assert "`--json PATH`" in page
    assert set(corpus_pages()) == {"index.md", *(f"{name}.md" for name in CORPORA)}
    assert "learnface synthesize --layout fer2013 DIR" in corpus_pages()["fer2013.md"]
    assert "synthesize" not in corpus_pages()["afew.md"].partition("## Files")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_object_says_what_it_is(package):
    from learnface_site.api_pages import summary

    silent = [name for name, thing in public_objects(package) if not summary(package, name, thing)]
    assert not silent


def test_a_folder_is_made_to_hold_exactly_its_pages(tmp_path):
    write_folder(tmp_path / "pages", {"a.md": "a", "b.md": "b"})
    before = (tmp_path / "pages" / "a.md").stat().st_mtime_ns
    write_folder(tmp_path / "pages", {"a.md": "a"})
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["a.md"]
    assert (tmp_path / "pages" / "a.md").stat().st_mtime_ns == before

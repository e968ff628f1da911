"""The tables of models in the READMEs are those of the registry."""

import importlib.util

import pytest
from checks.markdown import ROOT, name_of

from learnface.models import MODELS

spec = importlib.util.spec_from_file_location("model_table", ROOT / "tools" / "model_table.py")
model_table = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model_table)


def test_tables_are_current():
    for page, table in model_table.tables().items():
        text = page.read_text(encoding="utf-8")
        assert model_table.with_table(text, table) == text, (
            f"{name_of(page)}: run  python tools/model_table.py"
        )


def test_every_model_is_said_in_chinese(monkeypatch):
    assert set(model_table.IN_CHINESE) == set(MODELS)
    monkeypatch.delitem(model_table.IN_CHINESE, "lenet5")
    with pytest.raises(SystemExit, match="lenet5"):
        model_table.tables()


def test_only_what_stands_between_the_marks_is_written():
    text = "a\n<!-- model table -->\nold\n<!-- end of model table -->\nb\n"
    expected = "a\n<!-- model table -->\nnew\n<!-- end of model table -->\nb\n"
    assert model_table.with_table(text, "new") == expected

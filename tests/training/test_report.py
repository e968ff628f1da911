import pytest

from learnface.errors import DataError
from learnface.training import RunReport


def test_round_trip(tmp_path):
    report = RunReport(
        "sun2020/lenet5", parameters=7, history={"loss": [1.5, 1.25]}, scores={"test": {"accuracy": 0.5}}
    )
    report.save(tmp_path / "r.json")
    assert RunReport.load(tmp_path / "r.json") == report


def test_unreadable_reports_are_named(tmp_path):
    with pytest.raises(DataError, match="none.json"):
        RunReport.load(tmp_path / "none.json")
    (tmp_path / "r.json").write_text('{"name": "x", "colour": 1}')
    with pytest.raises(DataError, match="r.json"):
        RunReport.load(tmp_path / "r.json")

import pytest
from typer.testing import CliRunner

from learnface.cli.main import app
from learnface.errors import DataError
from learnface.models import MODELS


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_list_names_every_model_with_its_size():
    done = CliRunner().invoke(app, ["models"])
    assert done.exit_code == 0, done.output
    for name in MODELS:
        assert name in done.output
    assert "8,779,047" in done.output


def test_one_model_is_shown_layer_by_layer():
    done = CliRunner().invoke(app, ["models", "lenet5"])
    assert done.exit_code == 0, done.output
    assert "188,459 parameters" in done.output and "cross" in done.output


def test_published_weights_come_with_their_licence():
    done = CliRunner().invoke(app, ["models", "vggface_senet50"])
    assert done.exit_code == 0, done.output
    assert "weights='vggface'" in done.output and "licence: " in done.output and "https://" in done.output


def test_unknown_model():
    done = CliRunner().invoke(app, ["models", "vgg99"])
    assert isinstance(done.exception, DataError)

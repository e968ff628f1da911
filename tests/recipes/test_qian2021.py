import dataclasses
import json
import shutil

import numpy as np
import pytest
from checks.micro import write_clips
from checks.sheets import write_sheet

from learnface.errors import DataError
from learnface.micro.mdmo import cropped_landmarks
from learnface.recipes import qian2021

QUICK = {"seeds": 1, "size": 16, "frames": 3, "width": 1 / 64, "epochs": 1, "ststnet_epochs": 1}


def write_smic(root, people=3):
    """The cropped form, of `people` with two clips of each class."""
    for person in range(1, people + 1):
        for place, (label, short) in enumerate((("negative", "ne"), ("positive", "po"), ("surprise", "sur"))):
            made = write_clips(root / "made" / f"{person}-{place}", count=2, frames=4, size=(24, 24))
            for number, folder in enumerate(made["frames"], start=1):
                target = root / f"SMIC_all_cropped/HS/s{person}/micro/{label}/s{person}_{short}_{number:02d}"
                target.parent.mkdir(parents=True, exist_ok=True)
                type(root)(folder).rename(target)
    return root


def without_training(monkeypatch):
    """Let networks guess one class, each its own, and return the inputs of every fold to come."""
    seen = []

    def guess(self, train, test, seed):
        seen.append(self.inputs)
        return np.full(len(test), len(self.inputs[0]) % 3), {"epoch": 1, "inner_loss": 1.0, "cut_off": True}

    monkeypatch.setattr("learnface.recipes._micro_networks.Network.fit_predict", guess)
    return seen


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_a_table_with_its_null_check_is_written_and_kept(tmp_path, monkeypatch):
    data = write_smic(tmp_path / "data")
    out = tmp_path / "out"
    runs = qian2021.run(data, out, tables=["3"], models=["temporal", "spatial"], null=1, **QUICK)
    assert list(runs) == ["temporal", "spatial"]
    assert len(runs["spatial"][0].predictions) == 18
    text = (out / "table.md").read_text(encoding="utf-8")
    for part in ("### Table 3", "41.10", "41.80", "### Shuffled labels", "18 clips of 3 people", "33.3"):
        assert part in text
    assert "Table 4" not in text and "Synthetic" not in text and "Is fusion better" not in text
    assert json.loads((out / "smic/spatial/seed-0/report.json").read_text())["subjects"] == 3
    assert (out / "smic/confusion.png").stat().st_size > 5000
    shuffled = (out / "smic/null/spatial/seed-0/predictions.csv").read_text()
    assert shuffled != (out / "smic/spatial/seed-0/predictions.csv").read_text()

    def never(*arguments):
        raise AssertionError("what was done is done again")

    monkeypatch.setattr("learnface.recipes._micro_networks.Network.fit_predict", never)
    (tmp_path / ".synthetic").mkdir()  # above the folder that was given
    qian2021.run(data, out, tables=["3"], models=["temporal", "spatial"], null=1, **QUICK)
    assert "Synthetic faces" in (out / "table.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_methods_of_earlier_calls_stay_in_the_table(tmp_path, monkeypatch):
    data, out = write_smic(tmp_path / "data"), tmp_path / "out"
    seen = without_training(monkeypatch)
    qian2021.run(data, out, tables=["3"], models=["temporal"], null=2, **QUICK)
    text = (out / "table.md").read_text(encoding="utf-8")
    assert "| temporal stream | 1 " in text and "3 of 3" in text and "| spatial stream" not in text
    qian2021.run(data, out, tables=["3"], models=["spatial"], **QUICK)
    text = (out / "table.md").read_text(encoding="utf-8")
    assert "| temporal stream | 1 " in text and "| spatial stream  | 1 " in text
    assert text.index("Shuffled labels") < text.rindex("temporal stream")
    assert len(seen) == 3 * (1 + 2 + 1)  # folds of seed, shuffles, second method
    # With other settings the earlier runs are others, and the table says so.
    shutil.rmtree(out / "smic/spatial")
    qian2021.run(data, out, tables=["3"], models=["spatial"], **{**QUICK, "epochs": 2})
    text = (out / "table.md").read_text(encoding="utf-8")
    assert "| temporal stream" not in text
    assert "their runs in this folder have other settings: temporal stream." in text


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_runs_on_another_form_of_the_corpus_are_others(tmp_path, monkeypatch):
    data, out = write_smic(tmp_path / "data"), tmp_path / "out"
    without_training(monkeypatch)
    qian2021.run(data, out, tables=["3"], models=["temporal"], **QUICK)
    monkeypatch.setattr(qian2021, "_UNCROPPED", ())
    (data / "SMIC_all_cropped").rename(data / "SMIC_all_raw")
    qian2021.run(data, out, tables=["3"], models=["spatial"], form="raw", **QUICK)
    text = (out / "table.md").read_text(encoding="utf-8")
    assert "form raw" in text and "have other settings: temporal stream." in text


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_runs_on_other_pictures_of_the_same_names_are_others(tmp_path, monkeypatch):
    data, out = write_smic(tmp_path / "data"), tmp_path / "out"
    without_training(monkeypatch)
    qian2021.run(data, out, tables=["3"], models=["temporal"], **QUICK)
    first, second = sorted((data / "SMIC_all_cropped/HS/s1/micro/positive/s1_po_01").iterdir())[:2]
    first.write_bytes(second.read_bytes())
    qian2021.run(data, out, tables=["3"], models=["spatial"], **QUICK)
    assert "have other settings: temporal stream." in (out / "table.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_the_table_is_there_after_every_method(tmp_path, monkeypatch):
    data, out = write_smic(tmp_path / "data"), tmp_path / "out"

    def descriptor(frames):
        return frames.reshape(len(frames), -1).mean(axis=1).astype(np.float32)

    def killed(*arguments):
        raise KeyboardInterrupt

    entry = dataclasses.replace(qian2021.CLASSICAL["lbp_top"], descriptor=descriptor)
    monkeypatch.setitem(qian2021.CLASSICAL, "lbp_top", entry)
    monkeypatch.setattr("learnface.recipes._micro_networks.Network.fit_predict", killed)
    with pytest.raises(KeyboardInterrupt):
        qian2021.run(data, out, tables=["4"], models=["fusion", "lbp_top"], **QUICK)
    assert "| LBP-TOP + SVM |" in (out / "table.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_whole_heads_need_a_detector(tmp_path):
    data = write_smic(tmp_path / "data")
    (data / "SMIC_all_cropped").rename(data / "SMIC_all_raw")
    with pytest.raises(
        DataError, match="the form 'raw' of SMIC shows whole heads, not faces: give a detector"
    ):
        qian2021.run(data, tmp_path / "out", models=["spatial"], **QUICK)
    assert len(qian2021._index(data, "smic", None, "viola_jones")) == 18


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
@pytest.mark.parametrize(("landmarks", "cropped"), [(None, True), ("dlib5", False)])
def test_mdmo_looks_where_faces_are(tmp_path, monkeypatch, landmarks, cropped):
    """Cropped faces have the regions of a crop, aligned ones those of the template."""
    data, seen = write_smic(tmp_path / "data"), []

    class Stop(Exception):
        pass

    def descriptor(frames, **options):
        seen.append(options)
        raise Stop

    entry = dataclasses.replace(qian2021.CLASSICAL["mdmo"], descriptor=descriptor)
    monkeypatch.setitem(qian2021.CLASSICAL, "mdmo", entry)
    if landmarks:
        clips = qian2021.prepare_micro(qian2021._index(data, "smic", None, None), tmp_path / "cache")
        monkeypatch.setattr(qian2021, "prepare_micro", lambda *arguments, **options: clips)
    with pytest.raises(Stop):
        qian2021.run(
            data, tmp_path / "out", models=["mdmo"], landmarks=landmarks, mdmo_form="cartesian", **QUICK
        )
    (options,) = seen
    assert options["form"] == "cartesian"
    expected = cropped_landmarks((16, 16)) if cropped else None
    np.testing.assert_array_equal(options["landmarks"], expected)


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_the_composite_stands_beside_published_scores(tmp_path, monkeypatch):
    """The composite's own reader is tested with it; here another table of its shape will do."""
    data, out = write_smic(tmp_path / "data"), tmp_path / "out"
    without_training(monkeypatch)
    asked = []

    def composite(root, **options):
        asked.append(options)
        return qian2021.smic.index(root).assign(source="smic")

    monkeypatch.setattr(qian2021.megc2019, "index", composite)
    wanted = {"clips": "list.txt", "missing": "drop"}
    qian2021.run(data, out, corpus="megc2019", models=["ststnet"], **wanted, **QUICK)
    assert asked == [wanted]
    text = (out / "table.md").read_text(encoding="utf-8")
    assert (
        "STSTNet: patience none, all epochs are searched, epochs 1, batch size 256, learning rate 5e-05"
        in text
    )
    assert "the paper's networks" not in text and "descriptors" not in text
    assert "length linear" in text  # its corpora differ in frames a second
    assert "### Parts of the composite" in text and "| smic" in text
    assert "## MEGC 2019 composite" in text and "### Table" not in text
    assert (
        "73.5" in text and "76.0" in text and "72.1" in text and "| STSTNet (not in the paper) | 1 " in text
    )


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_casme2_is_taken_in_five_classes(tmp_path):
    words = ("happiness", "surprise", "disgust", "repression", "others", "sadness", "fear")
    made = write_clips(tmp_path / "made", count=len(words), frames=4)
    rows = [["Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units"]]
    rows[0].append("Estimated Emotion")
    for number, (word, folder) in enumerate(zip(words, made["frames"], strict=True), start=1):
        target = tmp_path / f"data/Cropped/sub01/EP02_{number:02d}f"
        target.parent.mkdir(parents=True, exist_ok=True)
        type(tmp_path)(folder).rename(target)
        rows.append(["01", target.name, None, 7, "/", 10, None, "12", word])
    write_sheet(tmp_path / "data/CASME2-coding-20140508.xlsx", rows)
    index = qian2021._index(tmp_path / "data", "casme2", None, None)
    assert index["label"].tolist() == ["happy", "surprise", "disgust", "repression", "others"]


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_classical_descriptors_see_clips_of_their_own_size(tmp_path, monkeypatch):
    data, shapes = write_smic(tmp_path / "data"), []

    def descriptor(frames):
        shapes.append(frames.shape)
        return frames.reshape(len(frames), -1).mean(axis=1).astype(np.float32)

    entry = dataclasses.replace(qian2021.CLASSICAL["lbp_top"], descriptor=descriptor)
    monkeypatch.setitem(qian2021.CLASSICAL, "lbp_top", entry)
    size = {"classical_size": 20, "classical_frames": 4}
    qian2021.run(data, tmp_path / "out", tables=["4"], models=["lbp_top"], **QUICK, **size)
    assert set(shapes) == {(4, 20, 20, 3)}
    text = (tmp_path / "out" / "table.md").read_text(encoding="utf-8")
    assert "| LBP-TOP + SVM |" in text and "53.10" in text


def test_methods_and_papers_numbers():
    rows = [values for table in qian2021.TABLES.values() for values in table.values()]
    assert all(0.4 < smic < casme2 < 0.61 for _, smic, casme2 in rows)
    assert qian2021._chosen("smic", ["1"], None, 1, 0) == ["fusion", "fusion_fixed"]
    assert qian2021._chosen("smic", [3], ["spatial", "ststnet"], 1, 0) == ["spatial"]
    everything = qian2021._chosen("smic", None, None, 1, 0)
    assert sorted(everything) == sorted(qian2021.METHODS)
    assert everything[:4] == ["lbp_top", "fdm", "mdmo", "fusion"]  # what takes minutes comes first
    assert {"lbp_top", "fdm", "mdmo"} < set(qian2021.METHODS)
    assert np.isclose(qian2021.run.__kwdefaults__["learning_rate"], 0.0005)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"corpus": "samm"}, "corpus='samm': choose one of smic, casme2"),
        ({"tables": ["5"]}, "no table"),
        ({"models": ["vgg16"]}, "choose from fusion, "),
        ({"seeds": 0}, "seeds is 0: give 1 or more"),
        ({"null": -1}, "null is -1: give 0 or more"),
        ({"epochs": 0}, "epochs is 0: give 1 or more"),
        ({"patience": 0}, "patience is 0: give 1 or more"),
        ({"batch_size": 0}, "batch_size is 0: give 1 or more"),
        ({"ststnet_epochs": 0}, "ststnet_epochs is 0: give 1 or more"),
        ({"tables": ["1"], "models": ["lbp_top"]}, "lbp_top is in none of the tables 1: leave out"),
        ({"corpus": "megc2019", "form": "cropped"}, "leave it out"),
        ({"clips": "rule"}, "clips='rule' chooses clips of the composite: leave it out for SMIC"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, arguments, message):
    with pytest.raises(DataError, match=message):
        qian2021.run(tmp_path, tmp_path / "out", **arguments)

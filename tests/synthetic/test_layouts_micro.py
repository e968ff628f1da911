import re

import pandas as pd

from learnface.synthetic import write_corpus

OPTIONS = {"subjects": 7, "size": 24, "frames": 8, "supersample": 1, "progress": False}


def test_smic(tmp_path):
    root = write_corpus(tmp_path, "smic", clips_per_subject=1, **OPTIONS) / "SMIC_all_cropped/HS"
    clips = sorted(root.glob("s*/micro/*/*"))
    assert len(clips) == 7
    kinds = {"ne": "negative", "po": "positive", "sur": "surprise"}
    subjects = set()
    for clip in clips:
        subject, kind, _ = re.fullmatch(r"s(\d+)_(ne|po|sur)_(\d+)", clip.name).groups()
        assert clip.parent.name == kinds[kind] and clip.parents[2].name == f"s{subject}"
        numbers = sorted(int(re.fullmatch(r"reg_image(\d{6})\.bmp", path.name)[1]) for path in clip.iterdir())
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and len(numbers) >= 3
        subjects.add(int(subject))
    assert subjects == {1, 2, 3, 4, 5, 6, 8}  # the corpus has no seventh


def test_casme2(tmp_path):
    root = write_corpus(tmp_path, "casme2", clips_per_subject=2, **OPTIONS)
    sheet = pd.read_excel(root / "CASME2-coding-20140508.xlsx", sheet_name="Sheet1")
    assert list(sheet) == [
        "Subject", "Filename", "Unnamed: 2", "OnsetFrame", "ApexFrame", "OffsetFrame", "Unnamed: 6",
        "Action Units", "Estimated Emotion",
    ]  # fmt: skip
    assert len(sheet) == 14 and list(sheet["ApexFrame"].astype(str)).count("/") == 1
    for row in sheet.itertuples():
        subject = int(str(row.Subject))
        clip = root / "Cropped" / f"sub{subject:02d}" / row.Filename
        assert re.fullmatch(r"EP\d{2}_\d{1,2}f?", row.Filename)
        numbers = {int(re.fullmatch(r"reg_img(\d+)\.jpg", path.name)[1]) for path in clip.iterdir()}
        assert numbers == set(range(row.OnsetFrame, row.OffsetFrame + 1))
        assert row.ApexFrame == "/" or row.OnsetFrame < int(row.ApexFrame) < row.OffsetFrame
    words = {"happiness", "disgust", "surprise", "repression", "others", "sadness", "fear"}
    assert set(sheet["Estimated Emotion"]) <= words

import os
import shutil

import pandas as pd
from checks.micro import write_clips

from learnface.recipes._micro_pictures import drawn_faces, pictures_hash


def test_drawn_faces_are_told_by_their_own_folders(tmp_path):
    frames = tmp_path / "corpus/deep/clip"
    frames.mkdir(parents=True)
    (tmp_path / "real").mkdir()
    index = pd.DataFrame({"frames": [str(tmp_path / "real"), str(frames)]})
    assert not drawn_faces(index)
    (tmp_path / "corpus/.synthetic").mkdir()
    assert drawn_faces(index) and not drawn_faces(index[:1])


def hash_of(root, **changed):
    index = pd.DataFrame(
        {"frames": [str(root / "clip0"), str(root / "clip1")], "start": [0, 1], "stop": [4, 5]}
    )
    return pictures_hash(index.assign(**changed))


def test_a_copy_has_the_same_hash_and_other_pictures_have_not(tmp_path):
    write_clips(tmp_path / "first", count=2)
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    first = hash_of(tmp_path / "first")
    os.utime(next((tmp_path / "copy/clip0").iterdir()), (1, 1))
    assert hash_of(tmp_path / "copy") == first
    assert hash_of(tmp_path / "first", stop=[4, 4]) != first
    files = sorted((tmp_path / "copy/clip0").iterdir())
    files[0].write_bytes(files[1].read_bytes())
    assert hash_of(tmp_path / "copy") != first

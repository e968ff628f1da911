import numpy as np
from PIL import Image

from learnface.cli._names import first_of_many, free_name


def test_names_are_free_and_fit_a_file_system(tmp_path):
    taken = set()
    names = [free_name("ü" * 125, "-faces.jpg", taken) for _ in range(11)]
    assert len(set(names)) == 11 == len(taken)
    for name in names:
        (tmp_path / name).touch()  # fails where a name is too long
        assert name.startswith("ü" * 100)
        assert name.endswith("-faces.jpg")


def test_only_what_holds_several_pictures_is_told(tmp_path, rng):
    pictures = [Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(3)]
    pictures[0].save(tmp_path / "still.webp")
    pictures[0].save(tmp_path / "moving.webp", save_all=True, append_images=pictures[1:])
    assert first_of_many(tmp_path / "still.webp") == ""
    assert "moving.webp holds 3 pictures, and only the first" in first_of_many(tmp_path / "moving.webp")

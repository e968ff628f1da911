import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from learnface.inference.sources import Source, find_sources, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def write(path, content=PNG):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(20), "picture"),
        ("png-without-suffix", PNG, "picture"),
        ("png.mp4", PNG, "picture"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        ("bmp", b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "picture"),
        ("a.avif", b"\0\0\0\x1cftypavif\0\0\0\0", "picture"),
        ("phone.jpg", b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
        ("a", b"RIFF\0\0\0\0AVI LIST", "video"),
        ("a.bin", b"\x1aE\xdf\xa3" + bytes(20), "video"),
        ("text.jpg", b"hello", "picture"),
        ("empty.MOV", b"", "video"),
        ("stream.mts", b"\x47" + bytes(20), "video"),
        ("recording.ts", (b"\x47" + bytes(187)) * 2, "video"),
        ("program.ts", b"Greet(name: string) { return 'hello'; }\n" * 20, "other"),
        ("sound.m4a", b"\0\0\0\x18ftypM4A \0\0\0\0", "other"),
        ("notes.txt", b"hello", "other"),
        ("BMW.txt", b"BMW is a car maker", "other"),
        ("sound.wav", b"RIFF\0\0\0\0WAVEfmt ", "other"),
    ],
)
def test_kind(tmp_path, name, content, kind):
    assert kind_of(write(tmp_path / name, content)) == kind


def test_a_gif_that_moves_is_a_video(tmp_path, rng):
    first, *others = (Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(3))
    first.save(tmp_path / "still.gif")
    first.save(tmp_path / "moves.gif", save_all=True, append_images=others)
    assert [kind_of(tmp_path / name) for name in ("still.gif", "moves.gif")] == ["picture", "video"]


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_not_utf8_is_a_problem_of_that_file(tmp_path):
    path = write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/Ren\xe9.png")))
    (source,) = find_sources([tmp_path])
    assert source.path == path
    assert source.problem == rf"{tmp_path}/Ren\udce9.png has a name that is not UTF-8: rename it"


def test_folders_in_order_without_junk(tmp_path):
    wanted = [write(tmp_path / name) for name in ("a.png", "b/c.png", "b/d/ü.png", "e.png")]
    for name in (".hidden.png", ".git/x.png", "__MACOSX/a.png", "@eaDir/a.png"):
        write(tmp_path / name)
    notes = write(tmp_path / "notes.txt", b"text")
    found = list(find_sources([tmp_path]))
    assert {source.path for source in found if source.kind == "picture"} == set(wanted)
    assert [source for source in found if source.kind == "other"] == [Source(notes, "other")]
    assert [source.path for source in find_sources([str(tmp_path / "b")])] == wanted[1:3]


def test_links_in_a_circle(tmp_path):
    path = write(tmp_path / "a" / "a.png")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "again.png").symlink_to(path)
    assert [source.path for source in find_sources([tmp_path])] == [path]


def test_links_to_other_folders_are_followed(tmp_path):
    write(tmp_path / "store" / "a.png")
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "store").symlink_to(tmp_path / "store", target_is_directory=True)
    assert [source.path.name for source in find_sources([tmp_path / "course"])] == ["a.png"]


def test_each_file_once(tmp_path):
    path = write(tmp_path / "a.png")
    assert [source.path for source in find_sources([path, tmp_path, path])] == [path]


def test_the_folder_of_results_is_passed_over(tmp_path):
    path = write(tmp_path / "a.png")
    result = write(tmp_path / "predictions" / "a-faces.png")
    assert [source.path for source in find_sources([tmp_path], exclude=[tmp_path / "predictions"])] == [path]
    assert [source.path for source in find_sources([result], exclude=[tmp_path / "predictions"])] == [result]


def test_a_folder_that_is_named_is_not_passed_over_in_silence(tmp_path):
    write(tmp_path / "a.png")
    (source,) = find_sources([tmp_path], exclude=[tmp_path / "b" / ".."])
    assert source.problem == f"{tmp_path} is the folder for results: give another with --out"


def test_problems(tmp_path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    text = write(tmp_path / "notes.txt", b"text")
    os.mkfifo(tmp_path / "pipe")
    missing = tmp_path / "none.jpg"
    found = list(find_sources([missing, text, tmp_path / "pipe", tmp_path]))
    problems = {source.path: source.problem for source in found}
    assert problems[missing] == f"{missing} does not exist: check the path"
    assert "neither a picture nor a video" in problems[text]
    assert "not a regular file" in problems[tmp_path / "pipe"]  # opening it would wait for ever
    assert "link to a file that does not exist" in problems[tmp_path / "gone.png"]


def test_a_folder_that_cannot_be_read(tmp_path, monkeypatch):
    path = write(tmp_path / "a.png")
    (tmp_path / "secret").mkdir()
    scandir = os.scandir

    def guarded(folder):
        if Path(folder).name == "secret":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    found = list(find_sources([tmp_path]))
    assert [source.path for source in found if not source.problem] == [path]
    assert found[-1].problem == f"{tmp_path / 'secret'} cannot be read: permission denied"


def test_a_link_to_itself_is_a_problem_of_that_link(tmp_path):
    write(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "b.png")
    one, other = find_sources([tmp_path])
    assert one.problem is None
    assert "b.png is a link to a file that does not exist" in other.problem

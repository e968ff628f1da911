import pytest

from learnface.annotation.videos import find_subjects, find_videos, video_path
from learnface.errors import DataError


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.fixture
def folder(tmp_path):
    names = ("ben/clip10.mp4", "ben/clip9.MP4", "1.webm", "王芳/一.mkv", "ben/notes.txt")
    return touch(tmp_path / "clips", *names, ".hidden/x.mp4", "ben/._clip9.mp4", "manifest.csv")


def test_videos_in_order_without_what_is_hidden(folder):
    assert find_videos(folder) == ["1.webm", "ben/clip9.MP4", "ben/clip10.mp4", "王芳/一.mkv"]


def test_links_count_only_within_the_folder(folder, tmp_path):
    touch(tmp_path, "secret/x.mp4")
    (folder / "out.mp4").symlink_to(tmp_path / "secret" / "x.mp4")
    (folder / "linked").symlink_to(tmp_path / "secret")
    (folder / "in.mp4").symlink_to(folder / "1.webm")
    assert find_videos(folder) == ["1.webm", "ben/clip9.MP4", "ben/clip10.mp4", "in.mp4", "王芳/一.mkv"]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.mp4",
        "ben/../../secret.mp4",
        "ABSOLUTE",
        "out.mp4",
        "linked/x.mp4",
        ".hidden/x.mp4",
        "ben/notes.txt",
        "annotations.sqlite",
        "absent.mp4",
        "zero\0.mp4",
        "x" * 5000 + ".mp4",
        "folder.mp4",
        "",
    ],
)
def test_paths_that_are_no_video_of_the_folder(folder, tmp_path, path):
    touch(tmp_path, "secret.mp4", "secret/x.mp4", "clips/annotations.sqlite")
    (folder / "folder.mp4").mkdir()
    (folder / "out.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder / "linked").symlink_to(tmp_path / "secret")
    path = str(tmp_path / "secret.mp4") if path == "ABSOLUTE" else path
    assert video_path(folder, path) is None


def test_a_video_is_where_it_says(folder):
    assert video_path(folder, "ben/clip9.MP4") == folder / "ben" / "clip9.MP4"


def test_a_link_that_is_turned_outwards_later_is_refused(folder, tmp_path):
    touch(tmp_path, "secret.mp4")
    assert video_path(folder, "1.webm")
    (folder / "1.webm").unlink()
    (folder / "1.webm").symlink_to(tmp_path / "secret.mp4")
    assert video_path(folder, "1.webm") is None


def test_folders_that_hold_no_videos(folder, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        find_videos(tmp_path / "absent")
    with pytest.raises(DataError, match="is a file; give the folder"):
        find_videos(folder / "1.webm")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no videos"):
        find_videos(tmp_path / "empty")
    touch(folder, "a\nb.mp4")
    with pytest.raises(DataError, match="control characters in its name; rename it"):
        find_videos(folder)


def test_subjects_are_the_first_folders(folder):
    assert find_subjects(folder, ["1.webm", "ben/clip9.MP4", "王芳/周一/一.mkv"]) == {
        "ben/clip9.MP4": "ben",
        "王芳/周一/一.mkv": "王芳",
    }


def test_subjects_of_a_table(folder):
    table = "path,subject,age\n1.webm,anna,9\nben,S02,10\nben/clip10.mp4,S03,11\n"
    (folder / "subjects.csv").write_text(table, encoding="utf-8-sig")
    assert find_subjects(folder, find_videos(folder)) == {
        "1.webm": "anna",
        "ben/clip9.MP4": "S02",
        "ben/clip10.mp4": "S03",
        "王芳/一.mkv": "王芳",
    }


def test_all_faults_of_a_table_of_subjects(folder):
    (folder / "subjects.csv").write_text("path,subject\n1.webm,\nben,a\nben/,b\nabsent.mp4,c\n")
    with pytest.raises(DataError, match="3 problems") as error:
        find_subjects(folder, ["1.webm"])
    for part in (
        "line 2: has an empty",
        "line 4: 'ben' is there twice",
        "line 5: 'absent.mp4' does not exist",
    ):
        assert part in str(error.value)
    (folder / "subjects.csv").write_text("path,who\n1.webm,a\n")
    with pytest.raises(DataError, match=r"lacks the columns \['subject'\]"):
        find_subjects(folder, ["1.webm"])
    (folder / "subjects.csv").write_bytes("path,subject\n1.webm,王\n".encode("gbk"))
    with pytest.raises(DataError, match="save it as 'CSV UTF-8'"):
        find_subjects(folder, ["1.webm"])

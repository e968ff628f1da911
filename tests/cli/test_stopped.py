from learnface.cli._stopped import INTERRUPTED, stopped


def test_what_is_kept_goes_to_standard_error_in_one_line(capsys):
    kept = f"what is done is in {'a/long/folder/' * 20}[0]; give the same command again to go on"
    assert stopped(kept).exit_code == INTERRUPTED == 130
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"stopped: {kept}\n")

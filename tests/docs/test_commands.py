"""Every `learnface ...` of the pages is a command that there is, with options that it has."""

import re
import shlex

import pytest
import typer.main
from checks.markdown import inline_code, name_of, pages, shell_lines

from learnface.cli.main import app

COMMANDS = typer.main.get_command(app).commands
OPTIONS = {
    name
    for command in COMMANDS.values()
    for parameter in command.params
    for name in (*parameter.opts, *parameter.secondary_opts)
}
PAGES = pages()
TEXTS = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}


def parse(line):
    """Parse a command without running it; a wrong one ends in SystemExit or a usage error."""
    words = shlex.split(line)
    if words[1:2] in ([], ["--version"], ["--help"]):
        return
    command = COMMANDS[words[1]]
    with command.make_context(words[1], words[2:]):
        pass


def commands(text):
    """Return the learnface commands among the shell lines, without what stands in front of them."""
    parts = [part.strip() for line in shell_lines(text) for part in re.split(r"&&|\|", line.split(" #")[0])]
    found = (re.search(r"(?:^|[\s/])(learnface( .*)?)$", part) for part in parts if "pip install" not in part)
    return [match[1] for match in found if match]


@pytest.mark.parametrize("page", [page for page in TEXTS if commands(TEXTS[page])])
def test_shell_lines_parse(page):
    for line in commands(TEXTS[page]):
        parse(line)


@pytest.mark.parametrize("page", TEXTS)
def test_inline_commands_exist(page):
    for code in inline_code(TEXTS[page]):
        if not re.match(r"learnface [a-z]", code):
            continue
        words = code.split()
        assert words[1] in COMMANDS, f"{page}: there is no command {code!r}"
        known = {option for one in COMMANDS[words[1]].params for option in (*one.opts, *one.secondary_opts)}
        used = {word.partition("=")[0] for word in words[2:] if word.startswith("--")}
        assert used <= known, f"{page}: {code!r} has options that there are not"


@pytest.mark.parametrize("page", TEXTS)
def test_inline_options_exist(page):
    """Such as `--balance`, without its command; a page's shell lines may give those of another program."""
    others = {word for line in shell_lines(TEXTS[page]) if "learnface " not in line for word in line.split()}
    for code in inline_code(TEXTS[page]):
        if code.startswith("--"):
            used = {word.partition("=")[0] for word in code.split() if word.startswith("--")}
            assert used <= OPTIONS | {"--help", "--version"} | others, f"{page}: no command has {code!r}"


def test_a_wrong_option_is_found():
    with pytest.raises(Exception, match="no-such"):
        parse("learnface predict photo.jpg --no-such-option")
    assert commands("    learnface models vgg16   # comment\n\n    pip install learnface\n") == [
        "learnface models vgg16"
    ]


def test_generated_pages_name_commands_that_parse():
    from learnface_site.corpus_pages import corpus_pages

    lines = [line for text in corpus_pages().values() for line in commands(text)]
    assert len(lines) > 20
    for line in lines:
        parse(line)

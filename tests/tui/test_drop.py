"""Dropped files: whatever a terminal does to a path, the file is found; and text stays text."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.drop import SPACE, files_in, readings

Quote = Callable[[str], str]


def double_quoted(path: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", path) + '"'


def escaped(path: str) -> str:
    return re.sub(r"([^\w/.-])", r"\\\1", path)


def only_spaces_escaped(path: str) -> str:
    return path.replace(" ", "\\ ")


def uri(path: str) -> str:
    return Path(path).as_uri()


def uri_of_localhost(path: str) -> str:
    return uri(path).replace("file://", "file://localhost")


def short_uri(path: str) -> str:
    return uri(path).replace("file://", "file:")


def escaped_uri(path: str) -> str:
    """Every byte of the name in percent."""
    folder, name = os.path.split(path)
    return f"file://{folder}/" + "".join(f"%{byte:02x}" for byte in os.fsencode(name))


# How a path is quoted, and the characters that this way cannot carry.
QUOTES: tuple[tuple[Quote, str], ...] = (
    (str, ""),
    (shlex.quote, ""),
    (double_quoted, ""),
    (escaped, ""),
    (only_spaces_escaped, "\\\t\n\r"),
    (uri, ""),
    (uri_of_localhost, ""),
    (short_uri, ""),
    (escaped_uri, ""),
)
AROUND = ("{}", "{} ", "{}\n", "{}\r\n", " {}", "\x1b[200~{}\x1b[201~", "\x1b[200~{} \x1b[201~")
NASTY = st.sampled_from(" '\"\\$`#%?&;~!()[]{}<>|*\n\té日\x01.-=:,")
TEXT_NAMES = st.text(
    NASTY | st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20
)
BYTE_NAMES = st.binary(min_size=1, max_size=20).map(lambda name: os.fsdecode(name.translate(None, b"/\0")))
NAMES = (TEXT_NAMES | BYTE_NAMES).filter(lambda name: name not in ("", ".", "..") and "\x1b" not in name)


def make(folder: str, names: list[str]) -> list[str]:
    paths = [f"{folder}/{name}" for name in names]
    for path in paths:
        Path(path).touch()
    return paths


@given(NAMES, st.sampled_from(QUOTES), st.sampled_from(AROUND))
def test_any_name_comes_back_from_any_quoting(name: str, quoting: tuple[Quote, str], around: str) -> None:
    quote, cannot = quoting
    assume(not set(name) & set(cannot))
    with tempfile.TemporaryDirectory() as folder:
        (path,) = make(folder, [name])
        if quote is str and around != "{}":
            assume(name == name.strip(SPACE))
        assert files_in(around.format(quote(path))) == [Path(path)]


@given(
    st.lists(TEXT_NAMES.filter(lambda name: name not in (".", "..")), min_size=2, max_size=4, unique=True),
    st.sampled_from(QUOTES[1:]),
    st.sampled_from((" ", "\n", "\r\n", "  ")),
)
def test_several_files_come_back_in_order(names: list[str], quoting: tuple[Quote, str], between: str) -> None:
    quote, cannot = quoting
    assume(not set("".join(names)) & set(cannot))
    with tempfile.TemporaryDirectory() as folder:
        paths = make(folder, names)
        assert files_in(between.join(map(quote, paths))) == [Path(path) for path in paths]


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", " ", "  "])
def test_several_unquoted_names_with_spaces(tmp_path: Path, between: str) -> None:
    paths = make(str(tmp_path), ["a kick.wav", "don't.wav", "plain.wav"])
    assert files_in(between.join(paths) + " ") == [Path(path) for path in paths]


def test_a_uri_list_with_a_comment(tmp_path: Path) -> None:
    paths = make(str(tmp_path), ["ä b.wav", "c.wav"])
    listed = "\r\n".join(["#Ableton", *map(uri, paths), ""])
    assert files_in(listed.removeprefix("#Ableton\r\n")) == [Path(path) for path in paths]
    assert files_in(f"{uri(paths[0])}\r\n# and\r\n{uri(paths[1])}") == [Path(path) for path in paths]


def test_folders_and_mixed_quoting(tmp_path: Path) -> None:
    one, two = make(str(tmp_path), ["one two.wav", "three.wav"])
    assert files_in(str(tmp_path)) == [tmp_path]
    assert files_in(f"'{one}' {two}") == [Path(one), Path(two)]
    assert files_in(f"{escaped(one)} {uri(two)}") == [Path(one), Path(two)]


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (path,) = make(str(tmp_path), ["a kick.wav"])
    assert files_in("~/a kick.wav") == [Path(path)]
    assert files_in("~/a\\ kick.wav ") == [Path(path)]
    assert files_in("~nobody-of-that-name/a kick.wav") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "dusty kick",
        "kick.wav",
        "~",
        "'",
        '"/',
        "/nowhere/kick.wav",
        "file:///nowhere/kick.wav",
        "file://another-machine/etc/hosts",
        "https://example.org/etc/hosts",
        "/\0",
        "/" + "x" * 100_000,
        "file:///%",
    ],
)
def test_text_stays_text(text: str) -> None:
    assert files_in(text) == []


def test_one_name_that_leads_nowhere_makes_it_text(tmp_path: Path) -> None:
    (path,) = make(str(tmp_path), ["kick.wav"])
    assert files_in(f"{path} {tmp_path}/snare.wav") == []
    assert files_in(f"{path} like this one") == []
    assert files_in(f"like {path}") == []


def test_relative_names_are_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(str(tmp_path), ["kick.wav"])
    monkeypatch.chdir(tmp_path)
    assert files_in("kick.wav") == files_in("./kick.wav") == []


@given(st.text())
def test_any_text_can_be_pasted(text: str) -> None:
    assert all(path.is_absolute() for path in files_in(text))
    assert all(path.is_absolute() for path in files_in("/" + text))


@pytest.mark.parametrize(
    ("pasted", "names"),
    [
        (r'"C:\My Samples\kick 1.wav"', [r"C:\My Samples\kick 1.wav"]),
        (r"C:\Samples\new\table.wav ", [r"C:\Samples\new\table.wav"]),
        (r'"C:\a b.wav" D:\c.wav', [r"C:\a b.wav", r"D:\c.wav"]),
        (r'"C:\a b.wav" "\\nas\share\c.wav"', [r"C:\a b.wav", r"\\nas\share\c.wav"]),
        ("C:\\a b.wav\r\nD:\\c.wav\r\n", [r"C:\a b.wav", r"D:\c.wav"]),
    ],
)
def test_windows_paths_are_among_the_readings(pasted: str, names: list[str]) -> None:
    assert names in list(readings(pasted))

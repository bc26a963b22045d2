"""Settings: flag, then variable, then file, then default, each knowing where it came from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.config import SETTINGS, Setting, Settings, keep_setting, load_settings
from cratedig.errors import ConfigError
from cratedig.paths import default_config_file, default_library

NOTHING: Mapping[str, str] = MappingProxyType({})

# Per setting: values for flag, variable and file, and what each must become.
EXAMPLES: dict[str, list[tuple[object, object]]] = {
    "library": [(Path("/flag"), Path("/flag")), ("/variable", Path("/variable")), ("/file", Path("/file"))],
    "model": [("flag", "flag"), ("variable", "variable"), ("file", "file")],
    "models": [(Path("/flag"), Path("/flag")), ("/variable", Path("/variable")), ("/file", Path("/file"))],
    "jobs": [(1, 1), ("2", 2), (3, 3)],
    "results": [(1, 1), ("2", 2), (3, 3)],
    "names_share": [(0.1, 0.1), ("0.2", 0.2), (1, 1.0)],
    "buffer": [(1, 1), ("2", 2), (3, 3)],
    "project": [(Path("/flag"), Path("/flag")), ("/variable", Path("/variable")), ("/file", Path("/file"))],
    "theme": [("flag", "flag"), ("variable", "variable"), ("file", "file")],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(file: Path, flags: Mapping[str, object] = NOTHING, environ: Mapping[str, str] = NOTHING) -> Settings:
    return load_settings(flags, {"CRATEDIG_CONFIG": str(file), **environ})


def toml(value: object) -> str:
    return str(value) if isinstance(value, int | float) else f"'{value}'"


def test_every_setting_has_an_example() -> None:
    assert EXAMPLES.keys() == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_flag_then_variable_then_file_then_default(file: Path, setting: Setting) -> None:
    (flag, from_flag), (variable, from_variable), (in_file, from_file) = EXAMPLES[setting.name]
    flags, environ = {setting.name: flag}, {setting.variable: str(variable)}

    def found(settings: Settings) -> tuple[object, str]:
        return getattr(settings, setting.name), settings.origins[setting.name]

    assert found(load(file)) == (setting.default(), "default")
    file.write_text(f"{setting.name} = {toml(in_file)}")
    assert found(load(file)) == (from_file, str(file))
    assert found(load(file, environ=environ)) == (from_variable, setting.variable)
    assert found(load(file, flags, environ)) == (from_flag, setting.flag)
    assert found(load(file, flags)) == (from_flag, setting.flag)
    assert found(load(file, {setting.name: None}, environ)) == (from_variable, setting.variable)
    assert found(load(file, environ={setting.variable: ""})) == (from_file, str(file))


def test_settings_do_not_disturb_each_other(file: Path) -> None:
    file.write_text("results = 7\nmodel = 'laion'")
    settings = load(file, {"results": 9}, {"CRATEDIG_JOBS": "2"})
    assert (settings.results, settings.model, settings.jobs) == (9, "laion", 2)
    given = {"results": "-k", "model": str(file), "jobs": "CRATEDIG_JOBS"}
    assert settings.origins == {**{setting.name: "default" for setting in SETTINGS}, **given}
    assert settings.config_file == file


def test_defaults_follow_the_platform() -> None:
    settings = load_settings({}, {"CRATEDIG_CONFIG": os.devnull})
    assert settings.library == default_library()
    assert (settings.model, settings.results) == ("compact", 20)
    assert 1 <= settings.jobs <= 4
    assert default_library().is_absolute()
    assert default_config_file().name == "config.toml"


def test_a_folder_may_begin_at_home_and_be_relative(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/producer")
    file.write_text("library = '~/Sounds'")
    assert load(file).library == Path("/home/producer/Sounds")
    assert load(file, {"library": Path("~/x")}).library == Path("/home/producer/x")
    assert load(file, environ={"CRATEDIG_LIBRARY": "~"}).library == Path("/home/producer")
    assert load(file, {"library": "here"}).library == Path.cwd() / "here"


@pytest.mark.parametrize(
    "text",
    ["jobs =", "[[[", "jobs = 1\njobs = 2", "\0", "library = '/a'\n= 3"],
)
def test_a_file_that_is_no_toml(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load(file)
    assert str(file) in caught.value.message


def test_a_file_that_is_no_text(file: Path) -> None:
    file.write_bytes(b"model = '\xff'")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(file)


def test_a_file_that_is_a_folder(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load(file)


def test_unknown_settings_are_named(file: Path) -> None:
    file.write_text("results = 5\ncolour = 'pink'\nJobs = 2")
    with pytest.raises(ConfigError, match=r"unknown setting: Jobs, colour\.") as caught:
        load(file)
    assert "buffer, jobs, library, model, models" in caught.value.hint


BAD = {
    "library": ["", "a\0b", "~nobody-of-that-name/x"],
    "model": [""],
    "models": ["", "a\0b"],
    "jobs": ["0", "-1", "two", "1.5", "1e3", "", " ", "+1", "9" * 5000],
    "results": ["0", "-20", "all", "0x10", "1_0.0"],
    "buffer": ["0", "-36", "long"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_values_name_the_setting_and_where_it_came_from(file: Path, name: str, value: str) -> None:
    setting = next(setting for setting in SETTINGS if setting.name == name)
    with pytest.raises(ConfigError, match=f"^{setting.flag}: {name} takes "):
        load(file, {name: value})
    if value:
        with pytest.raises(ConfigError, match=f"^{setting.variable}: {name} takes "):
            load(file, environ={setting.variable: value})


@pytest.mark.parametrize(
    "line",
    ["jobs = true", "jobs = 2.0", "jobs = [1]", "results = -1", "model = 3", "library = 1", "[library]", "model = []"],
)
def test_bad_types_in_the_file_name_it(file: Path, line: str) -> None:
    file.write_text(line)
    with pytest.raises(ConfigError, match=r"takes a") as caught:
        load(file)
    assert caught.value.message.startswith(f"{file}: ")


@given(st.sampled_from(sorted(EXAMPLES)), st.binary().map(os.fsdecode))
def test_any_text_is_a_value_or_a_message(name: str, value: str) -> None:
    try:
        settings = load_settings({name: value}, {"CRATEDIG_CONFIG": os.devnull})
    except ConfigError:
        return
    assert getattr(settings, name)


def test_a_setting_is_kept_and_the_rest_of_the_file_stays(file: Path) -> None:
    file.write_text("# mine\nresults = 7\ntheme = 'dark'  # for the night")
    keep_setting(file, "theme", "nord")
    keep_setting(file, "project", '/a "b"/c\\d')
    assert file.read_text().startswith("# mine\nresults = 7\n")
    settings = load(file)
    assert (settings.results, settings.theme, settings.project) == (7, "nord", Path('/a "b"/c\\d'))


def test_a_setting_is_kept_where_there_is_no_file_yet(tmp_path: Path) -> None:
    keep_setting(tmp_path / "new" / "config.toml", "theme", "nord")
    assert load(tmp_path / "new" / "config.toml").theme == "nord"


def test_a_setting_that_cannot_be_kept_says_so(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        keep_setting(file, "theme", "nord")

"""Settings: flag, then environment variable, then the TOML file, then the default.

Each setting knows where its value came from, so that `cratedig config` can say so.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cratedig.errors import ConfigError
from cratedig.paths import default_config_file, default_library

__all__ = ["SETTINGS", "Setting", "Settings", "load_settings"]

MAX_DEFAULT_JOBS = 4  # each job holds a model: more would pass 1 GB of memory unasked


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its names, its default and how a value is read from text or TOML."""

    name: str
    flag: str
    variable: str
    parse: Callable[[object], object]
    default: Callable[[], object]
    help: str


def _folder(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise ValueError("a folder")
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:  # the home folder of a user who does not exist
        raise ValueError("a folder") from None


def _word(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a name")
    return value


def _count(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("a whole number from 1")
    return int(text)


def _default_jobs() -> int:
    return min(os.cpu_count() or 1, MAX_DEFAULT_JOBS)


SETTINGS = (
    Setting("library", "--library", "CRATEDIG_LIBRARY", _folder, default_library, "Folder of the library."),
    Setting("model", "--model", "CRATEDIG_MODEL", _word, lambda: "compact", "Embedding model of a new library."),
    Setting("jobs", "--jobs", "CRATEDIG_JOBS", _count, _default_jobs, "Processes that read and embed files."),
    Setting("results", "-k", "CRATEDIG_RESULTS", _count, lambda: 20, "Results of a search."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; `origins` maps each name to where its value came from."""

    library: Path
    model: str
    jobs: int
    results: int
    config_file: Path
    origins: Mapping[str, str]


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings.

    Parameters
    ----------
    flags : mapping
        Values given on the command line by setting name; None means not given.
    environ : mapping
        Environment variables; ``CRATEDIG_CONFIG`` names another settings file.

    Raises
    ------
    ConfigError
        The file is not TOML, names an unknown setting, or a value cannot be used.
    """
    file = Path(environ.get("CRATEDIG_CONFIG") or default_config_file())
    in_file = _read_file(file)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        value, origin = _find(setting, flags, environ, in_file, file)
        try:
            values[setting.name] = setting.parse(value)
        except ValueError as error:
            raise ConfigError(f"{origin}: {setting.name} takes {error}, not {value!r}.") from None
        origins[setting.name] = origin
    return Settings(**values, config_file=file, origins=origins)  # type: ignore[arg-type]


def _find(
    setting: Setting,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    in_file: Mapping[str, object],
    file: Path,
) -> tuple[object, str]:
    if flags.get(setting.name) is not None:
        return flags[setting.name], setting.flag
    if environ.get(setting.variable):
        return environ[setting.variable], setting.variable
    if setting.name in in_file:
        return in_file[setting.name], str(file)
    return setting.default(), "default"


def _read_file(file: Path) -> Mapping[str, object]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"The settings file {file} cannot be read: {error}.") from None
    known = {setting.name for setting in SETTINGS}
    unknown = sorted(content.keys() - known)
    if unknown:
        raise ConfigError(
            f"The settings file {file} has an unknown setting: {', '.join(unknown)}.",
            f"Known settings: {', '.join(sorted(known))}.",
        )
    return content

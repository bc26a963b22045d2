"""Settings: flag, then environment variable, then the TOML file, then the default.

Each setting knows where its value came from, so that `cratedig config` can say so.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cratedig.errors import ConfigError
from cratedig.paths import default_config_file, default_library, default_models

__all__ = ["SETTINGS", "Setting", "Settings", "keep_setting", "load_settings"]

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


def _folder_or_none(value: object) -> Path | None:
    return None if value is None else _folder(value)


def _word(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a name")
    return value


def _count(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("a whole number from 1")
    return int(text)


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("a number from 0 to 1")
    try:
        share = float(value)
    except ValueError:
        raise ValueError("a number from 0 to 1") from None
    if not 0 <= share <= 1:
        raise ValueError("a number from 0 to 1")
    return share


def _nothing() -> None:
    return None


def _default_jobs() -> int:
    return min(os.cpu_count() or 1, MAX_DEFAULT_JOBS)


SETTINGS = (
    Setting("library", "--library", "CRATEDIG_LIBRARY", _folder, default_library, "Folder of the library."),
    Setting("model", "--model", "CRATEDIG_MODEL", _word, lambda: "compact", "Embedding model of a new library."),
    Setting("models", "--models", "CRATEDIG_MODELS", _folder, default_models, "Folder of installed models."),
    Setting("jobs", "--jobs", "CRATEDIG_JOBS", _count, _default_jobs, "Processes that read and embed files."),
    Setting("results", "-k", "CRATEDIG_RESULTS", _count, lambda: 20, "Results of a search."),
    Setting(
        "names_share",
        "the settings file",
        "CRATEDIG_NAMES_SHARE",
        _share,
        lambda: 0.25,
        "Weight of names and tags against what words mean, 0 to 1.",
    ),
    Setting(
        "buffer", "the settings file", "CRATEDIG_BUFFER", _count, lambda: 36, "Milliseconds of sound queued ahead."
    ),
    Setting(
        "project", "C in the app", "CRATEDIG_PROJECT", _folder_or_none, _nothing, "Folder that sounds are copied into."
    ),
    Setting("theme", "Ctrl-P in the app", "CRATEDIG_THEME", _word, lambda: "textual-dark", "Colours of the app."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; `origins` maps each name to where its value came from."""

    library: Path
    model: str
    models: Path
    jobs: int
    results: int
    names_share: float
    buffer: int
    project: Path | None
    theme: str
    config_file: Path
    origins: Mapping[str, str]

    @property
    def vocabularies(self) -> Path:
        """Folder of the user's own vocabularies of tags, beside the settings file."""
        return self.config_file.parent / "vocabularies"

    def model_for(self, own: str | None) -> str:
        """Name the model to use: the one asked for, else the library's `own`, else the default."""
        return self.model if own is None or self.origins["model"] != "default" else own


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


def keep_setting(file: Path, name: str, value: str) -> None:
    """Write one setting into the settings file, and leave the rest of it as it is.

    Raises
    ------
    ConfigError
        The file cannot be written.
    """
    line = f"{name} = {json.dumps(value)}"  # a JSON string is a TOML string
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        others = [other for other in before.splitlines() if not re.match(rf"{name}\s*=", other)]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*others, line]) + "\n", encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {file} cannot be written: {error}.") from None


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

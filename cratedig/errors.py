"""One tree of errors. Each says what happened and what to do, in a producer's words.

`CratedigError` and its children are the user's to mend: the command line shows message and hint without a
traceback and exits with 2. Any other exception is a bug of ours: it keeps its traceback and exits with 1.
"""

from __future__ import annotations

__all__ = [
    "AudioError",
    "BackupError",
    "ConfigError",
    "CratedigError",
    "ExportError",
    "LibraryBusyError",
    "LibraryDamagedError",
    "LibraryError",
    "LibraryFullError",
    "LibraryMissingError",
    "LibraryTooNewError",
    "ModelDamagedError",
    "ModelError",
    "ModelMismatchError",
    "QueryError",
    "UnknownModelError",
    "VocabularyError",
]


class CratedigError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    message : str
        What happened, with the file or setting concerned.
    hint : str
        What to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(CratedigError):
    """A setting is unknown or its value cannot be used."""


class VocabularyError(ConfigError):
    """A vocabulary of tags is broken, or a word cannot be a tag."""


class QueryError(CratedigError):
    """A question that cannot be asked: empty text, an unknown id, a bad filter value.

    `pointer` is the line that was typed and a line of carets under what is wrong in it, or nothing.
    """

    def __init__(self, message: str, hint: str = "", pointer: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.pointer = pointer


class AudioError(CratedigError):
    """A file that cannot be read as audio, or holds none."""


class BackupError(CratedigError):
    """A backup cannot be read or written."""


class ExportError(CratedigError):
    """Sounds cannot be copied to where the user wants them, or a list of them cannot be written."""


class ModelError(CratedigError):
    """An embedding model cannot be used."""


class UnknownModelError(ModelError):
    """No model of that name is registered."""


class ModelDamagedError(ModelError):
    """A model's files are missing or do not have the recorded hash."""


class ModelMismatchError(ModelError):
    """The library was made with another model, or another version of it."""


class LibraryError(CratedigError):
    """The library on disk cannot be used."""


class LibraryMissingError(LibraryError):
    """There is no library at that place yet."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class LibraryTooNewError(LibraryError):
    """The library was written by a newer cratedig."""


class LibraryDamagedError(LibraryError):
    """The database is not readable as a cratedig library."""


class LibraryFullError(LibraryError):
    """The disk that holds the library is full."""

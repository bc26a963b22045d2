"""One tree of errors, each with a message and a hint."""

from __future__ import annotations

import inspect

import pytest

from cratedig import errors
from cratedig.errors import CratedigError

PARENTS = {
    "AudioError": "CratedigError",
    "BackupError": "CratedigError",
    "ConfigError": "CratedigError",
    "ExportError": "CratedigError",
    "LibraryBusyError": "LibraryError",
    "LibraryDamagedError": "LibraryError",
    "LibraryError": "CratedigError",
    "LibraryFullError": "LibraryError",
    "LibraryMissingError": "LibraryError",
    "LibraryTooNewError": "LibraryError",
    "ModelDamagedError": "ModelError",
    "ModelError": "CratedigError",
    "ModelMismatchError": "ModelError",
    "QueryError": "CratedigError",
    "UnknownModelError": "ModelError",
    "VocabularyError": "ConfigError",
}
CLASSES: dict[str, type[CratedigError]] = dict(inspect.getmembers(errors, inspect.isclass))


def test_the_tree_is_the_one_that_is_public() -> None:
    assert sorted(errors.__all__) == errors.__all__ == sorted(CLASSES)
    assert {name: CLASSES[name].mro()[1].__name__ for name in CLASSES if name != "CratedigError"} == PARENTS


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_says_what_happened_and_what_to_do(name: str) -> None:
    error = CLASSES[name]("It broke.", "Mend it.")
    assert (error.message, error.hint, str(error)) == ("It broke.", "Mend it.", "It broke.")
    assert CLASSES[name]("It broke.").hint == ""
    assert CLASSES[name].__doc__

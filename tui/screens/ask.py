"""A question with one line for the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

__all__ = ["Ask", "Choose"]


class Ask(ModalScreen[str | None]):
    """Ask for a line of text; the answer is None when the user would rather not.

    Parameters
    ----------
    question : str
    help : str
        What an answer looks like, and what happens with it.
    answer : str
        What stands there already.
    known : sequence of str
        Answers to complete with the right arrow.
    check : callable
        Says what is wrong with an answer; an empty text: nothing.
    line : Input, optional
        Where to type, if it is more than a plain line.
    """

    BINDINGS = [("escape", "cancel", "cancel")]  # noqa: RUF012

    def __init__(
        self,
        question: str,
        help: str = "",  # noqa: A002
        *,
        answer: str = "",
        known: Sequence[str] = (),
        check: Callable[[str], str] = lambda _: "",
        line: Input | None = None,
    ) -> None:
        super().__init__()
        self._question, self._help, self._known, self._check = question, help, known, check
        suggester = SuggestFromList(known, case_sensitive=False) if known else None
        self._line = line or Input(answer, suggester=suggester, compact=True)

    def compose(self) -> ComposeResult:
        """Give question, help, line and keys."""
        known = f"\nThere are: {', '.join(self._known)}" if self._known else ""
        with Vertical(classes="box"):
            yield Static(self._question, classes="question", markup=False)
            yield Static(self._help + known, classes="help", markup=False)
            yield self._line
            yield Static("enter: go on   esc: never mind", id="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the answer, unless something is wrong with it."""
        wrong = self._check(event.value.strip())
        if wrong:
            self.query_one("#keys", Static).update(wrong)
        else:
            self.dismiss(event.value.strip())

    def action_cancel(self) -> None:
        """Never mind."""
        self.dismiss(None)


class Choose(ModalScreen[str | None]):
    """Ask for one of several things, given by name; the answer is None when the user would rather not."""

    BINDINGS = [("escape", "cancel", "cancel")]  # noqa: RUF012

    def __init__(self, question: str, choices: dict[str, str]) -> None:
        super().__init__()
        self._question, self._choices = question, choices

    def compose(self) -> ComposeResult:
        """Give question, choices and keys."""
        with Vertical(classes="box"):
            yield Static(self._question, classes="question", markup=False)
            yield OptionList(
                *(Option(text, id=name) for name, text in self._choices.items()), markup=False, compact=True
            )
            yield Static("up, down and enter: choose   esc: never mind", id="keys", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the answer."""
        self.dismiss(event.option_id)

    def action_cancel(self) -> None:
        """Never mind."""
        self.dismiss(None)

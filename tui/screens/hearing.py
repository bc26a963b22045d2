"""The keys that let a sound be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from tui.asking import Asked
from tui.screens.ask import Ask
from tui.widgets.detail import Detail
from tui.widgets.results import Results

if TYPE_CHECKING:
    from tui.audition.events import Event as PlayerEvent
    from tui.listening import Listening
    from tui.session import Referred, Session

__all__ = ["Hearing"]

GOES_ON = "It goes on. Leave it to see what to report."


class Hearing(Screen[None]):
    """A screen with a list of sounds that can be heard. `listening` is None until the player is there."""

    session: Session
    asked: Asked
    listening: Listening | None = None
    sound_off: str = ""  # why
    faults: list[BaseException]
    reference: Referred | None = None  # what playing it needs, once that is known

    @property
    def results(self) -> Results:
        """The list."""
        return self.query_one(Results)

    def say(self, message: str) -> None:
        """Show what was done, in the line at the bottom."""
        self.query_one("#said", Static).update(message)

    def show_switches(self) -> None:
        """Show how sounds are heard."""
        self.query_one("#switches", Static).update(self._switches())

    def _switches(self) -> str:
        listening = self.listening
        if listening is None or self.sound_off:
            return self.sound_off
        said = [
            "hearing the reference" if listening.comparing else "",
            "loop on" if listening.looping else "",
            "" if listening.autoplay else "autoplay off",
            "" if listening.matched else "as recorded",
            f"{listening.volume_db:+.0f} dB" if listening.volume_db else "",
            listening.tuned,
        ]
        return "  ".join(part for part in said if part)

    def refused(self, message: str, hint: str) -> None:
        """Show what went wrong, and what to do about it."""
        self.notify(hint or message, title=message if hint else "", severity="error", timeout=10)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that something broke behind the screen, and go on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.broke(event.worker.error)

    def broke(self, error: BaseException) -> None:
        """Show a fault of ours; what a report needs is printed when the app is left."""
        self.faults.append(error)
        self.refused(f"Something went wrong in cratedig itself: {error or type(error).__name__}", GOES_ON)

    # What the player says

    def player_said(self, event: PlayerEvent) -> None:
        """Show what plays, and what cannot be played."""
        from tui.audition.events import AudioOff, Failed, Finished, Started  # noqa: PLC0415

        match event:
            case Started():
                self.sound_off = ""
                self._mark_playing()
            case Finished():
                self._mark_playing()
            case Failed(message=message, hint=hint):
                self._mark_playing()
                self.refused(message, hint)
            case AudioOff(message=message, hint=hint):
                self.sound_off = "sound off"
                self._mark_playing()
                self.notify(hint, title=message, severity="warning")
        self.show_switches()

    def _mark_playing(self) -> None:
        playing = self.listening.player.playing if self.listening is not None else None
        row = self.results.row
        here = playing is not None and row is not None and str(playing.path) == row.hit.path
        self.results.playing = row.hit.content if here and row is not None else None
        self.results.refresh_row(self.results.cursor)

    def follow_playing(self) -> None:
        """Move the playhead; called some times a second."""
        if self.listening is not None:
            at_s = None if self.listening.comparing else self.listening.player.position_s
            self.query_one(Detail).set_playhead(at_s)

    # Keys

    def action_play(self) -> None:
        """See `tui.actions`."""
        if self.listening is not None and self.results.row is not None:
            self.listening.play_or_stop(self.results.row)
            self._mark_playing()

    def action_loop(self) -> None:
        """See `tui.actions`."""
        if self.listening is not None and self.results.row is not None:
            self.listening.toggle_loop(self.results.row)
            self.say("Loops until you press l again." if self.listening.looping else "Plays once.")
            self.show_switches()

    def action_seek_back(self) -> None:
        """See `tui.actions`."""
        self._seek(-1)

    def action_seek_on(self) -> None:
        """See `tui.actions`."""
        self._seek(1)

    def _seek(self, direction: int) -> None:
        if self.listening is not None and self.results.row is not None:
            self.listening.seek(self.results.row, direction)

    def action_quieter(self) -> None:
        """See `tui.actions`."""
        self._turn(-1)

    def action_louder(self) -> None:
        """See `tui.actions`."""
        self._turn(1)

    def _turn(self, steps: int) -> None:
        if self.listening is not None:
            self.listening.turn(steps)
            self.say(f"Volume {self.listening.volume_db:+.0f} dB")
            self.show_switches()

    def action_autoplay(self) -> None:
        """See `tui.actions`."""
        if self.listening is not None:
            self.listening.autoplay = not self.listening.autoplay
            on = self.listening.autoplay
            self.say("Sounds play when you reach them." if on else "Sounds play only when you press space.")
            self.show_switches()

    def action_raw(self) -> None:
        """See `tui.actions`."""
        if self.listening is not None:
            self.listening.toggle_matched()
            self.say("All sounds equally loud." if self.listening.matched else "Sounds as loud as recorded.")
            self.show_switches()

    def action_compare(self) -> None:
        """See `tui.actions`."""
        path = self.asked.path
        if path is None:
            self.say("There is no reference yet: press s on a sound, or drop a file on this window.")
        elif self.listening is not None:
            self.listening.compare(path, self.reference.sounding if self.reference else None)
            self.say(f"Reference: {path.name}" if self.listening.comparing else "Back to the sound.")
            self.show_switches()

    def action_tune(self) -> None:
        """See `tui.actions`."""
        from tui.listening import tuning_problem  # noqa: PLC0415

        if self.listening is not None:
            question = Ask(
                "Tempo and key of your session",
                "Such as: 122 Am, or only 122, or only F#. Empty: hear sounds as they are.",
                answer=self.listening.tuned,
                check=tuning_problem,
            )
            self.app.push_screen(question, self._tune)

    def _tune(self, answer: str | None) -> None:
        if answer is not None and self.listening is not None:
            self.listening.tune(answer, self.results.row)
            self.say(f"Sounds play in {self.listening.tuned}." if self.listening.tuned else "Sounds play as they are.")
            self.show_switches()

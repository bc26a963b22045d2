"""Everything a user can do in the app, in one table: key bindings, footer, help, command palette and docs read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

__all__ = ["ACTIONS", "Action", "by_group", "keys_shown"]

Place: TypeAlias = Literal["list", "query", "map", "review", "anywhere"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes
    ----------
    name : str
        ``action_NAME`` of the browser does it.
    keys : str
        As Textual calls them, with commas; in the list only, unless `place` says otherwise.
    label : str
        A word or two for the footer.
    help : str
        A sentence.
    group : str
        Heading in the help.
    place : str
        Where the keys count: a letter in the query line is text.
    footer : bool
        Whether it is among the few that are always on screen.
    """

    name: str
    keys: str
    label: str
    help: str
    group: str
    place: Place = "list"
    footer: bool = False

    @property
    def commands(self) -> str:
        """Those of its keys that are not text, even in the query line."""
        return ",".join(key for key in self.keys.split(",") if key == "escape" or key not in SIGNS)


ACTIONS = (
    # In the order of the footer.
    Action("move(1)", "down", "next", "Go to the sound below, and hear it.", "Find", "anywhere", footer=True),
    Action("enter_list", "enter", "to the list", "Go from the query line to the sounds.", "Find", "query", footer=True),
    Action("complete", "tab", "complete", "Complete a filter, tag, pack or collection.", "Find", "query", footer=True),
    Action("play", "space", "play", "Play the sound, or stop it.", "Hear", footer=True),
    Action("loop", "l", "loop", "Loop what plays, without a gap; again to let it end.", "Hear", footer=True),
    Action(
        "similar", "s", "similar", "Find sounds like this one. Then add words: darker, no reverb.", "Find", footer=True
    ),
    Action(
        "favourite", "f", "favourite", "Make it a favourite, or no more. Find them with fav:yes.", "Keep", footer=True
    ),
    Action("copy", "c", "copy", "Copy into your project folder.", "Keep", footer=True),
    Action("query", "slash,escape", "search", "Go to the query line.", "Find", footer=True),
    Action("mark", "x", "mark", "Mark several sounds: then the keys of Keep take them all.", "Keep", footer=True),
    Action("compare", "b", "A/B", "Switch between this sound and the reference.", "Hear", footer=True),
    Action("help", "question_mark,f1", "help", "Show every key.", "Look", "anywhere", footer=True),
    # Only in the help.
    Action("move(-1)", "up", "up", "Go to the sound above, and hear it.", "Find", "anywhere"),
    Action("page(-1)", "pageup", "page up", "Go up by a screenful.", "Find", "anywhere"),
    Action("page(1)", "pagedown", "page down", "Go down by a screenful.", "Find", "anywhere"),
    Action("move(-1000000)", "home", "first", "Go to the first sound.", "Find"),
    Action("move(1000000)", "end", "last", "Go to the last sound.", "Find"),
    Action("clear", "escape", "start over", "Empty the query line; again: drop the reference.", "Find", "query"),
    Action("back", "left_square_bracket,alt+left", "back", "Go back to the query before.", "Find", "anywhere"),
    Action("forward", "right_square_bracket,alt+right", "forward", "Go forward again.", "Find", "anywhere"),
    Action("keep_query", "k", "keep query", "Keep the query under a name.", "Find"),
    Action("kept_queries", "K", "kept queries", "Ask a query that you kept.", "Find"),
    Action("seek_back", "left", "back 1 s", "Go back in the sound: a second, or an eighth of a short one.", "Hear"),
    Action("seek_on", "right", "on 1 s", "Go on in the sound.", "Hear"),
    Action("quieter", "comma", "quieter", "Turn the volume down.", "Hear"),
    Action("louder", "full_stop", "louder", "Turn the volume up.", "Hear"),
    Action("autoplay", "a", "autoplay", "Play each sound the cursor comes to, or only when asked.", "Hear"),
    Action("raw", "v", "as recorded", "Hear sounds as loud as recorded, or all equally loud.", "Hear"),
    Action("tune", "t", "tempo and key", "Hear everything in the tempo and key of your session.", "Hear"),
    Action("mark_all", "X", "mark all", "Mark every sound of the list, or none.", "Keep"),
    Action("collect", "plus", "collect", "Put into a collection. Find them with in:NAME.", "Keep"),
    Action("uncollect", "minus", "out", "Take out of a collection.", "Keep"),
    Action("copy_elsewhere", "C", "copy to...", "Copy into another folder, which becomes your project folder.", "Keep"),
    Action("copy_path", "y", "copy path", "Copy the path to the clipboard.", "Keep"),
    Action("reveal", "o", "open folder", "Show the file in the file manager.", "Keep"),
    Action("export", "e", "export", "Write the marked sounds, or the list, to a folder, M3U, CSV or JSON.", "Keep"),
    Action(
        "undo",
        "u",
        "undo",
        "Take back the last change of favourites, collections, tags, used sounds or kept queries.",
        "Keep",
    ),
    Action("map", "m", "map", "See the sounds as a map.", "Look"),
    Action("review", "r", "review tags", "Accept or reject the proposed tags of these sounds.", "Look"),
    Action("index", "i", "index", "Add folders to the library, or look for changes.", "Look"),
    Action("command_palette", "ctrl+p", "commands", "Find a command or theme by name.", "Look", "anywhere"),
    # On the map, besides the keys of the list that it does not need itself.
    Action("go(-1, 0)", "left", "left", "Go left, and hear the nearest sound.", "Map", "map"),
    Action("go(1, 0)", "right", "right", "Go right.", "Map", "map"),
    Action("go(0, -1)", "up", "up", "Go up.", "Map", "map"),
    Action("go(0, 1)", "down", "down", "Go down.", "Map", "map"),
    Action("go(-8, 0)", "shift+left", "far left", "Go far left; at the edge the map moves along.", "Map", "map"),
    Action("go(8, 0)", "shift+right", "far right", "Go far right.", "Map", "map"),
    Action("go(0, -4)", "shift+up", "far up", "Go far up.", "Map", "map"),
    Action("go(0, 4)", "shift+down", "far down", "Go far down.", "Map", "map"),
    Action("closer", "plus,equals_sign", "closer", "Look closer.", "Map", "map", footer=True),
    Action("farther", "minus", "farther", "Look from farther away.", "Map", "map", footer=True),
    Action("whole_map", "0", "whole map", "See the whole map.", "Map", "map", footer=True),
    Action("leave_map", "enter,m", "to the list", "Go to this sound in the list.", "Map", "map", footer=True),
    # In the review of tags.
    Action("accept", "y,enter", "right", "Accept the proposed tag.", "Review", "review", footer=True),
    Action("reject", "n", "wrong", "Reject the proposed tag.", "Review", "review", footer=True),
    Action("replace", "r", "another", "Put another tag in its place.", "Review", "review", footer=True),
    Action("play", "space", "play", "Play the sound, or stop it.", "Review", "review", footer=True),
    Action(
        "accept_class",
        "Y",
        "all right",
        "Accept this tag for all sounds it waits for.",
        "Review",
        "review",
        footer=True,
    ),
    Action(
        "reject_class",
        "N",
        "all wrong",
        "Reject this tag for all sounds it waits for.",
        "Review",
        "review",
        footer=True,
    ),
    Action("choose_class", "t", "one tag", "Go through one tag, or all of them.", "Review", "review", footer=True),
    Action("order", "o", "order", "Begin with the surest, or with the least sure.", "Review", "review", footer=True),
    Action("undo", "u", "undo", "Take back the last change, as far as you like.", "Review", "review", footer=True),
    Action("leave", "escape,q", "done", "Go back to the sounds.", "Review", "review", footer=True),
    Action("quit", "ctrl+q", "quit", "Leave cratedig.", "Look", "anywhere"),
)

SIGNS = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "escape": "esc",
}


def keys_shown(action: Action) -> str:
    """Keys as people read them: ``[`` for Textual's ``left_square_bracket``."""
    keys = (SIGNS.get(key, key) for key in action.keys.split(","))
    return " ".join(key.upper() if key == "f1" else key for key in keys)


def by_group() -> Iterator[tuple[str, list[Action]]]:
    """Iterate over the headings of the help and what is under each."""
    order = ("Find", "Hear", "Keep", "Look", "Map", "Review")
    ordered = sorted(ACTIONS, key=lambda action: order.index(action.group))
    yield from ((group, list(actions)) for group, actions in groupby(ordered, key=lambda action: action.group))

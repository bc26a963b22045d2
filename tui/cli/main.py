"""The `cratedig` command: finds the subcommand, and shows errors as words."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from pathlib import Path

import click

import cratedig
from cratedig.config import load_settings
from cratedig.errors import CratedigError, QueryError
from tui.cli.options import library_option
from tui.cli.output import printable

__all__ = ["cli", "main"]

EXIT_USER, EXIT_INTERRUPTED = 2, 130
COMMANDS = (
    "backup",
    "config",
    "credits",
    "doctor",
    "dupes",
    "export",
    "forget",
    "index",
    "intake",
    "licence",
    "map",
    "model",
    "rebuild",
    "restore",
    "saved",
    "search",
    "similar",
    "status",
    "tag",
    "tags",
    "tempo",
    "ucs",
    "undo",
    "used",
    "verify",
    "watch",
)


class _LazyGroup(click.Group):
    """Imports a command's module when it is asked for: `cratedig search` need not load the indexer."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in COMMANDS:
            import difflib  # noqa: PLC0415  (10 ms that only a slip pays)

            near = difflib.get_close_matches(cmd_name, COMMANDS, n=1)
            ctx.fail(f"No such command {cmd_name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        command: click.Command = importlib.import_module(f"tui.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of a pipe, such as `head`, has had enough; click would exit with 1
            _write_no_more()
            return None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _write_no_more()
            raise CratedigError("The disk is full.", "Free some space and run the command again.") from None


def _write_no_more() -> None:
    """Keep Python from writing what is left of standard output once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(cratedig.__version__, prog_name="cratedig")
@library_option
@click.pass_context
def cli(context: click.Context, library: Path | None) -> None:
    """Search your own samples by what they sound like. Everything stays on this machine.

    Without a command, the app opens.
    """
    context.obj = library
    if context.invoked_subcommand is not None:
        return
    served = "TEXTUAL_DRIVER" in os.environ  # by `textual serve`: the screen is a browser
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(context.get_help())
        return
    from tui.app import run  # noqa: PLC0415  (a command need not load it)

    run(load_settings({"library": library}))


def main() -> None:
    """Run the command line; the exit code is 0 done, 2 the user's to mend, 1 ours."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a name shows the rest
    try:
        cli.main(prog_name="cratedig", standalone_mode=False)
    except CratedigError as error:
        click.echo(f"cratedig: {printable(error.message)}", err=True)
        for line in error.pointer if isinstance(error, QueryError) else ():
            click.echo(f"  {printable(line)}", err=True)
        if error.hint:
            click.echo(printable(error.hint), err=True)
        sys.exit(EXIT_USER)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USER)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)

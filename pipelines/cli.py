"""The command line, `plumbline`: one place where commands are gathered and errors become exit codes.

Exit codes: 0 fine · 1 what was checked fell short · 2 wrong use or bad input · 3 something it depends on is not there
· 4 a defect of ours, whose traceback is in a file.
"""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as WrongUse

from app.errors import DependencyMissing, PlumblineError, UsageError
from app.home import keep_private
from pipelines.commands import (
    access,
    bench,
    board,
    connect,
    definitions,
    docs,
    files,
    health,
    known,
    load,
    mail,
    measures,
    metrics,
    person,
    pipeline,
    policies,
    receipt,
    reconcile,
    sandbox,
    service,
    source,
    subscription,
    verify,
)
from pipelines.defect import EXIT_CODE, write_down
from pipelines.output import ANSWERED, PROBLEM, ReaderGone, write_json

REFUSALS = {errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS}
"""What a machine says when a folder cannot be had; another refusal is a defect of ours."""
INTERRUPTED = 130
"""The exit code of what was broken off (Ctrl-C, SIGTERM)."""

app = typer.Typer(
    name="plumbline",
    help="One certified number, and the proof: the company's figures from its own warehouse.",
    epilog="Exit codes: 0 fine · 1 fell short · 2 wrong use · 3 something is not there · 4 a defect of ours.  "
    "Keys of --json: docs/cli.md",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its panels show local variables, passwords too
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
GROUPS = (
    service, pipeline, load, connect, metrics, known, health, receipt, reconcile, policies, definitions, docs,
    verify, bench,
)  # fmt: skip
for group in GROUPS:
    group.add_to(app)
app.add_typer(board.app, name="board")
app.add_typer(files.app, name="files")
app.add_typer(mail.app, name="mail")
app.add_typer(measures.app, name="measures")
app.add_typer(person.app, name="person")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(source.app, name="source")
app.add_typer(subscription.app, name="subscription")
app.add_typer(access.app, name="access")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command of the arguments (those of the process by default) and ends the process."""
    keep_private()
    given = list(sys.argv[1:] if arguments is None else arguments)
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with Ctrl-C ignored
        signal.signal(number, _interrupt)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Runs the command of the arguments.

    Returns:
        The exit code. With `--json`, an error is the one object on standard output, too:
        `{"error": {"kind", "message"}}`, also one that nobody foresaw.
    """
    as_json = "--json" in arguments
    ANSWERED.clear()
    try:
        code = app(list(arguments), prog_name="plumbline", standalone_mode=False)
    except NoArgsIsHelpError as error:
        PROBLEM.print(error.format_message(), markup=False)
        return UsageError.exit_code
    except WrongUse as error:
        hint = f" See `{error.ctx.command_path} --help`." if error.ctx else ""
        return _fail("UsageError", f"{error.format_message().rstrip('.')}.{hint}", UsageError.exit_code, as_json)
    except ClickException as error:
        return _fail("UsageError", error.format_message(), UsageError.exit_code, as_json)
    except typer.Exit as error:
        return error.exit_code
    except PlumblineError as error:
        return _fail(type(error).__name__, str(error), error.exit_code, as_json)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("Interrupted", "Broken off.", INTERRUPTED, as_json)
    except ModuleNotFoundError as error:
        message = f"A part of Plumbline is not installed: {error.name}. Expected it in the environment. Run `make up`."
        return _fail("DependencyMissing", message, DependencyMissing.exit_code, as_json)
    except ReaderGone:
        return 0
    except OSError as error:
        if error.errno not in REFUSALS:
            return _defect(error, as_json)
        message = (
            f"This machine refused: {error.strerror} ({error.filename or 'no file named'}). Expected a folder that "
            "this user may write, on a disk with room. Make room, or set PLUMBLINE_HOME to another folder."
        )
        return _fail("DependencyMissing", message, DependencyMissing.exit_code, as_json)
    except (Exception, SystemExit) as error:  # a library that ends the process is as unforeseen as any other defect
        return _defect(error, as_json)
    if code == INTERRUPTED:  # Typer makes that of a KeyboardInterrupt by itself
        return _fail("Interrupted", "Broken off.", INTERRUPTED, as_json)
    return code if isinstance(code, int) else 0


def _fail(kind: str, message: str, code: int, as_json: bool) -> int:
    if as_json and not ANSWERED.is_set():
        with suppress(ReaderGone):
            write_json({"error": {"kind": kind, "message": message}})
    PROBLEM.print(f"plumbline: {message}", markup=False)
    return code


def _defect(error: BaseException, as_json: bool) -> int:
    """What nobody foresaw, in one sentence; the traceback is in a file."""
    said = str(error).strip().partition("\n")[0]
    message = (
        f"Plumbline met a defect of its own: {type(error).__name__}{': ' + said if said else ''}. Expected an answer. "
        f"The traceback is in {write_down(error)}; send it to who looks after Plumbline."
    )
    return _fail("Defect", message, EXIT_CODE, as_json)


def _interrupt(number: int, frame: object) -> None:
    """SIGTERM ends a command as Ctrl-C does: everything it started is ended on the way out."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()

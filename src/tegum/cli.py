"""The command `tegum`: list, run, show, specs, report. Heavy imports wait until a command needs them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from tegum.errors import BadInput, near

if TYPE_CHECKING:
    from tegum.runs.store import Folder

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

INTERRUPTED = 130  # what a shell says of Ctrl-C; Typer catches it first and returns this

Into = Annotated[Path, typer.Option("--into", help="Folder that holds the runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


Whether = Annotated[bool, typer.Option("--version", help="Say which version this is.")]


@app.callback(invoke_without_command=True)
def alone(context: typer.Context, version: Whether = False) -> None:
    """A laboratory for toy models of superposition."""
    if version:
        from importlib.metadata import version as version_of

        print(f"tegum {version_of('tegum')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """The experiments, a line each."""
    from tegum.experiments import listed

    if as_json:
        print(json.dumps(listed(), indent=2))
        return
    width = max(map(len, listed()))
    for name, line in listed().items():
        print(f"{name:<{width}}  {line}")


@app.command()
def run(
    name: Annotated[str | None, typer.Argument(help="An experiment, as `tegum list` names it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Run all experiments, one after the other.")] = False,
    size: Annotated[str, typer.Option(help="quick: seconds; standard: about a minute; paper: the published size.")] = (
        "standard"
    ),
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a field: --set seeds=100. `tegum show NAME --fields` lists them."),
    ] = None,
    into: Into = Path("runs"),
    force: Annotated[bool, typer.Option("--force", help="Throw away what is stored and train again.")] = False,
    workers: Annotated[str | None, typer.Option(metavar="COUNT", help="Threads; by default one for each core.")] = None,
    images: Annotated[
        str | None, typer.Option(help="Also write figures as png, svg or pdf (needs tegum[images]).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train an experiment, judge its claims, write its page. Run again, it resumes or returns at once.

    With --all each experiment is one line, what fails is said and passed over, and the exit code tells.
    """
    if (name is None) != every:
        raise BadInput("run needs the name of an experiment, as tegum list names it, or --all, and not both.")
    if images not in (None, "png", "svg", "pdf"):
        raise BadInput(f"--images {images} must be png, svg or pdf.")
    if images is not None:
        _check_images()
    threads = _count(workers)
    how: dict[str, Any] = {"into": into, "force": force, "workers": threads}
    if name is None:
        if set_:
            raise BadInput("--set changes one experiment; name it instead of --all.")
        raise typer.Exit(_run_all(size, how, images, as_json))
    from tegum.console import say
    from tegum.experiments import find

    experiment = find(name, size, **dict(_change(text) for text in set_ or []))
    from tegum.conduct import conduct, opened

    folder = conduct(experiment, name, **how)
    _, panels, claims, facts = opened(folder)
    if images is not None:
        _write_images(folder, panels, images)
    say(folder, experiment, claims, facts, as_json)


def _run_all(size: str, how: dict[str, Any], images: str | None, as_json: bool) -> int:
    """Run every experiment in one size; 1 where one failed."""
    from tegum.console import say_all, say_one
    from tegum.experiments import listed
    from tegum.series import Outcome, series

    if size not in (known := ("quick", "standard", "paper")):
        raise BadInput(f"size={size!r} must be one of {', '.join(known)}.")
    outcomes: list[Outcome] = []
    for outcome in series(list(listed()), size, **how):
        if images is not None and outcome.folder is not None:
            _write_images(outcome.folder, outcome.panels, images)
        if not as_json:
            say_one(outcome, max(map(len, listed())))
        outcomes.append(outcome)
    say_all(outcomes, as_json)
    return int(any(outcome.wrong for outcome in outcomes))


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="An experiment's name (its latest run) or a run folder.")],
    into: Into = Path("runs"),
    fields: Annotated[
        bool, typer.Option("--fields", help="What --set can change, and its value in each size.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The scorecard of a finished run; or, with --fields, what can be set for an experiment."""
    from tegum.console import say, say_fields

    if fields:
        say_fields(run, as_json)
        return
    from tegum.conduct import opened

    folder = _folder(run, into)
    experiment, _, claims, facts = opened(folder)
    say(folder, experiment, claims, facts, as_json)


@app.command()
def specs(
    name: Annotated[str | None, typer.Argument(help="One of them, such as SparseUniform.")] = None,
    as_json: AsJson = False,
) -> None:
    """What trainings are made of: every law, network, loss, optimiser, intervention; or one with its fields."""
    from tegum.console import say_specs

    say_specs(name, as_json)


@app.command()
def report(
    into: Into = Path("runs"),
    output: Annotated[Path | None, typer.Option(help="Where the book goes; default book.html beside the runs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Older and changed runs, too.")] = False,
) -> None:
    """Bind finished runs into one book with one scorecard, and write their pages anew.

    Of each experiment and size the book takes the newest run, one without changed fields before others.
    """
    from tegum.binding import bound, shelf
    from tegum.runs.store import DONE, folders

    finished = [folder for folder in folders(into) if folder.has(DONE)]
    if not finished:
        raise BadInput(f"{into} holds no finished run; make one with tegum run intro.")
    output = output or into / "book.html"
    done = bound(shelf(finished, every=every), output)
    print(output)
    if done.left_out:
        print(done.left_out)


def _count(workers: str | None) -> int | None:
    if workers is None:
        return None
    if not workers.isdecimal() or int(workers) < 1:
        raise BadInput(f"--workers {workers} must be a whole number of at least 1; leave it out for one on each core.")
    return int(workers)


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"--set {text!r} must look like name=value, such as --set seeds=100.")
    try:
        return name.strip(), json.loads(value)
    except json.JSONDecodeError:
        return name.strip(), value


def _folder(name: str, into: Path) -> "Folder":
    from tegum.experiments import listed
    from tegum.runs.store import DONE, Folder, folders

    for path in (Path(name), into / name):
        if path.is_dir():
            return Folder(path)
    if name not in listed():
        raise BadInput(f"{name!r} is neither a run folder nor an experiment; {near(name, list(listed()))}")
    runs = [f for f in folders(into) if f.path.name.rpartition("-")[0] == name and f.has(DONE)]
    if not runs:
        raise BadInput(f"{into} holds no finished run of {name}; make one with tegum run {name}.")
    return max(runs, key=lambda folder: (folder.path / DONE).stat().st_mtime)


def _check_images() -> None:
    """Before anything is trained."""
    import importlib.util

    if importlib.util.find_spec("kaleido") is None:
        raise BadInput("--images needs Kaleido and an installed Chrome or Chromium: pip install 'tegum[images]'.")


def _write_images(folder: "Folder", panels: list[Any], kind: str) -> None:
    try:
        for panel in panels:
            target = folder.path / "figures" / f"{panel.name}.{kind}"
            panel.figure.write_image(target, width=1100, height=panel.figure.layout.height, scale=2)
    except (ImportError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise BadInput(
            f"images need Kaleido and an installed Chrome or Chromium: pip install 'tegum[images]' ({why})."
        ) from None


def _complaint(error: TyperException) -> str:
    return f"tegum: {error.format_message().rstrip('.')}; see tegum --help."


def main() -> None:
    """The command line. What a user can mend is one sentence and exit code 2; Ctrl-C is 130."""
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
    except BadInput as sentence:
        print(f"tegum: {sentence}", file=sys.stderr)
        code = 2
    except (KeyboardInterrupt, typer.Abort):
        print("tegum: interrupted; run the same command again to go on from here.", file=sys.stderr)
        code = INTERRUPTED
    except TyperException as error:
        print(_complaint(error), file=sys.stderr)
        code = 2
    sys.exit(code or 0)

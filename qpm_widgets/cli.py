"""The `qpm` command. Every command says in one sentence what went wrong and exits with status 2 if it did."""

from __future__ import annotations

import sys
import traceback
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from qpm_widgets.errors import QpmError

if TYPE_CHECKING:
    from qpm_widgets.journal import Kit

CHECKOUT = Path(__file__).resolve().parents[1]
HOME = Path.home() / "qpm-field-kit"
OUTPUTS = CHECKOUT / "outputs"
TRIES = 3  # at the passphrase, before the command gives up

app = typer.Typer(
    name="qpm",
    help="The field kit of the Advocacy Quality Performance Mark.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
templates_app = typer.Typer(help="The standards, guides, wording and rules.", no_args_is_help=True)
app.add_typer(templates_app, name="templates")

# `out` carries what scripts read, unwrapped; `say` is for people.
out = Console(soft_wrap=True, highlight=False, markup=False)
say = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

HomeOption = Annotated[Path, typer.Option("--home", help="The kit home: where the encrypted journal lies.")]
OutputsOption = Annotated[Path, typer.Option("--outputs", help="The folder for finished reports.")]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the desk in the browser.")]


@app.command()
def start(home: HomeOption = HOME, browser: BrowserOption = True) -> None:
    """Open the kit for real work: asks for the passphrase and shows the desk."""
    from qpm_widgets.capture.server import start_server

    kit = open_kit(home, create=True)
    start_server(kit, open_browser=browser)


@app.command()
def demo(browser: BrowserOption = True, outputs: OutputsOption = OUTPUTS) -> None:
    """Record and report the invented sample assessment, anew each time, in the folder demo of the outputs."""
    from qpm_widgets.demo import run_demo

    run_demo(outputs / "demo", out, say, browser=browser)


@app.command()
def plan(
    folder: Annotated[Path, typer.Argument(help="A folder with assessment.yaml and visit*.yaml.")],
    home: HomeOption = HOME,
) -> None:
    """Record or correct an assessment and its visits, and prepare their pages."""
    from qpm_widgets.capture.plan_folder import record_plan_folder
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import prepare_working_notebooks

    templates = load_templates()
    kit = open_kit(home, create=True)
    assessment_id, visits = record_plan_folder(kit.journal, templates, folder)
    for visit_id in visits:
        pages = prepare_working_notebooks(kit, assessment_id, visit_id)
        out.print(f"planned: {assessment_id} {visit_id}, {len(pages)} pages")


@app.command()
def render(
    report: Annotated[str, typer.Argument(help="The report's name, such as visit_report.")],
    assessment: str,
    visit: str,
    edition: Annotated[str, typer.Option(help="Whom it is for: provider or lead.")] = "provider",
    formats: Annotated[str, typer.Option("--format", help="Which files, by comma.")] = "html,docx,pdf",
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Render a finished report with papermill, as HTML, DOCX and PDF."""
    from qpm_widgets.demo import progress_bar
    from qpm_widgets.reports.render import render_report

    kit = open_kit(home)
    parameters = {"assessment_id": assessment, "visit_id": visit, "edition": edition}
    with progress_bar(say, f"rendering for the {edition}") as progress:
        rendered = render_report(
            kit,
            CHECKOUT / "notebooks" / f"{report}.ipynb",
            parameters,
            outputs=outputs,
            formats=tuple(formats.split(",")),
            progress=progress,
        )
    for path in rendered.files.values():
        out.print(f"report: {path}")


@app.command()
def verify(home: HomeOption = HOME) -> None:
    """Check that nothing in the journal was changed, removed or put between."""
    verification = open_kit(home).journal.verify()
    for fault in verification.faults:
        out.print(fault)
    if not verification.ok:
        raise QpmError("JOURNAL-009", str(home), "Keep the kit as it is and tell your lead assessor.")
    out.print(f"{verification.entries} entries of {verification.devices} devices: sound")


@templates_app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A templates folder.")] = CHECKOUT / "site_visit_templates",
) -> None:
    """Report every fault of the templates at once, each with code, file, place and remedy."""
    from qpm_widgets.templates import check_templates

    faults = check_templates(folder)
    for fault in faults:
        out.print(str(fault))
    out.print("no faults" if not faults else f"{len(faults)} faults")
    if faults:
        raise typer.Exit(2)


def open_kit(home: Path, *, create: bool = False) -> Kit:
    """Ask for the passphrase and unlock the kit; the first time, set it up."""
    from qpm_widgets.journal import Kit

    if not (home / "kit.json").exists():
        if not create:
            remedy = "Start the kit once with `python kit.py start`, or name its folder with --home."
            raise QpmError("START-002", str(home), remedy)
        return set_up_kit(home)
    for _ in range(TRIES - 1):
        try:
            return Kit.unlock(home, ask("Passphrase", secret=True))
        except QpmError as error:
            if error.code != "JOURNAL-001" or not sys.stdin.isatty():
                raise
            say.print(str(error))
    return Kit.unlock(home, ask("Passphrase", secret=True))


def set_up_kit(home: Path) -> Kit:
    """Ask for a new kit's code and passphrase, the latter twice, and make it."""
    from qpm_widgets.journal import Kit

    say.print(f"This sets up a new kit in {home}. Nobody can open it again without its passphrase.")
    assessor = ask("Your assessor code (not your name), for example AS1")
    passphrase = ask("Choose a passphrase of several words", secret=True)
    if ask("The passphrase again", secret=True) != passphrase:
        raise QpmError("JOURNAL-012", "passphrase", "The two were not the same; nothing was set up, so start again.")
    return Kit.create(home, passphrase, assessor=assessor)


def ask(what: str, *, secret: bool = False) -> str:
    """One line from the keyboard, unseen if it is secret; or from a pipe, where there is nobody to ask."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass(f"{what}: ", stream=sys.stderr) if secret else say.input(f"{what}: ")


def main() -> None:
    """Run the command line; a fault becomes one sentence, never a traceback."""
    try:
        app(standalone_mode=True)
    except QpmError as error:
        say.print(str(error))
        raise SystemExit(2) from None
    except Exception as error:
        # The exception's own words may quote what a respondent said, so only its kind and place are shown.
        place = traceback.extract_tb(error.__traceback__)[-1]
        say.print(
            f"Something went wrong inside the kit ({type(error).__name__} in {Path(place.filename).name}, "
            f"line {place.lineno}). Nothing that was saved is lost. Please report this line."
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

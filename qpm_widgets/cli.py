"""The `qpm` command. Every command says in one sentence what went wrong and exits with status 2 if it did."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Annotated

import typer

from qpm_widgets.commands import erasing, keeping, people, planning, retaining, safeguarding, sharing, tracing
from qpm_widgets.errors import QpmError
from qpm_widgets.terminal import (
    CHECKOUT,
    HOME,
    OUTPUTS,
    BrowserOption,
    HomeOption,
    OutputsOption,
    check_folder,
    counted,
    is_piped,
    open_by_keyring,
    open_kit,
    out,
    program,
    say,
    tell,
)

app = typer.Typer(
    name="qpm",
    help="The field kit of the Advocacy Quality Performance Mark.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
templates_app = typer.Typer(help="The standards, guides, wording and rules.", no_args_is_help=True)
app.add_typer(templates_app, name="templates")
app.add_typer(safeguarding.app, name="safeguarding")
app.command()(keeping.verify)
app.command()(tracing.history)
app.command()(keeping.lock)
app.command()(keeping.passphrase)
app.command()(keeping.keyring)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command()(keeping.repair)


@app.command()
def start(
    home: HomeOption = HOME,
    browser: BrowserOption = True,
    outputs: OutputsOption = OUTPUTS,
    ask_here: Annotated[
        bool,
        typer.Option("--ask-here", help="Ask for the passphrase in this terminal instead of the browser."),
    ] = False,
) -> None:
    """Open the kit for real work, or set it up: asks for the passphrase in the browser, and shows the desk there."""
    from qpm_widgets.journal.kit_file import has_kit

    if ask_here or is_piped():
        kit = open_kit(home, create=True)
    elif not has_kit(home) or (opened := open_by_keyring(home)) is None:
        from qpm_widgets.capture.locked_page import ask_in_page

        raise typer.Exit(ask_in_page(home, outputs=outputs, open_browser=browser, announce=out.print))
    else:
        kit = opened
    from qpm_widgets.capture.server import start_server

    start_server(kit, outputs=outputs, open_browser=browser)


@app.command()
def demo(browser: BrowserOption = True, outputs: OutputsOption = OUTPUTS) -> None:
    """Record and report the invented sample assessment, anew each time, in the folder demo of the outputs."""
    from qpm_widgets.demo import run_demo

    run_demo(outputs / "demo", out, say, browser=browser)


@app.command()
def plan(
    folder: Annotated[
        Path,
        typer.Argument(help="A folder with assessment.yaml and visit*.yaml.", callback=check_folder("TEMPLATE-001")),
    ],
    home: HomeOption = HOME,
) -> None:
    """Record or correct an assessment and its visits, prepare their pages, and say whom the visits must still meet."""
    from qpm_widgets.capture.plan_files import read_plan_files
    from qpm_widgets.capture.plan_folder import record_plan_folder
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import prepare_working_notebooks

    templates = load_templates()
    if faults := read_plan_files(folder, templates).faults:
        for fault in faults:
            say.print(str(fault))
        raise typer.Exit(2)
    kit = open_kit(home, create=True)
    assessment_id, visits = record_plan_folder(kit.journal, templates, folder)
    out.print(f"recorded: {assessment_id}, {counted(len(visits), 'visit')}")
    for visit_id in visits:
        pages = prepare_working_notebooks(kit, assessment_id, visit_id)
        out.print(f"planned: {assessment_id} {visit_id}, {counted(len(pages), 'page')}")
    planning.tell_sampling(kit.journal, templates, assessment_id)


app.command()(planning.itinerary)
app.command()(planning.invite)
app.command()(planning.form)


@app.command()
def render(
    report: Annotated[str, typer.Argument(help="The report's name, such as visit_report.")],
    assessment: Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")],
    visit: Annotated[str, typer.Argument(help="The visit's id, such as V1.")],
    edition: Annotated[str, typer.Option(help="Whom it is for: provider or lead.")] = "provider",
    formats: Annotated[str, typer.Option("--format", help="Which files, by comma.")] = "html,docx,pdf",
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Render a finished report with papermill, as HTML, DOCX and PDF."""
    from qpm_widgets.progress import progress_bar
    from qpm_widgets.reports.render import check_request, render_report
    from qpm_widgets.visits import load_visit, look_out_for

    notebook = CHECKOUT / "notebooks" / f"{report}.ipynb"
    parameters = {"assessment_id": assessment, "visit_id": visit, "edition": edition}
    chosen = tuple(formats.split(","))
    # Whatever can be found wrong is said before anybody types a passphrase or waits for a bar.
    check_request(notebook, parameters, outputs=outputs, formats=chosen)
    kit = open_kit(home)
    load_visit(kit.journal, assessment, visit)
    with progress_bar(say, f"rendering for the {edition}") as progress:
        rendered = render_report(kit, notebook, parameters, outputs=outputs, formats=chosen, progress=progress)
    for path in rendered.files.values():
        out.print(f"report: {path}")
    if edition == "provider" and not look_out_for(kit.journal, assessment):
        say.print("No names were looked for: this kit has no list of them. `names` or the planning page makes one.")


app.command()(tracing.show)
app.command()(sharing.key)
app.command()(sharing.submit)
app.command()(sharing.receive)
app.command()(people.names)
app.command()(erasing.withdraw)
app.command()(retaining.retention)


@templates_app.command("check")
def check(
    folder: Annotated[
        Path, typer.Argument(help="A templates folder.", callback=check_folder("TEMPLATE-001"))
    ] = CHECKOUT / "site_visit_templates",
) -> None:
    """Report every fault of the templates at once, each with code, file, place and remedy, and what nobody reviewed."""
    from qpm_widgets.templates import check_templates, find_unreviewed

    faults = check_templates(folder)
    for fault in faults:
        out.print(str(fault))
    for file in find_unreviewed(folder):
        out.print(f"Note: {file}: no Welsh speaker has reviewed its Welsh yet.")
    out.print(counted(len(faults), "fault") if faults else "no faults")
    if faults:
        raise typer.Exit(2)


def main() -> None:
    """Run the command line; a fault becomes one sentence, never a traceback."""
    try:
        app(prog_name=program())
    except QpmError as error:
        tell(error)
        raise SystemExit(2) from None
    except Exception as error:
        # The exception's own words may quote what a respondent said, so only its kind and place are shown.
        place = traceback.extract_tb(error.__traceback__)[-1]
        say.print(
            f"Something went wrong inside the kit ({type(error).__name__} in {Path(place.filename).name}, "
            f"line {place.lineno}). Nothing that was saved is lost. Please report this line."
        )
        raise SystemExit(1) from None

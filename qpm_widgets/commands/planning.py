"""`qpm itinerary`, `qpm invite` and `qpm form`: the papers of a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qpm_widgets.terminal import HOME, OUTPUTS, HomeOption, OutputsOption, open_kit, out

if TYPE_CHECKING:
    from qpm_widgets.journal import Journal
    from qpm_widgets.reports.document import Document
    from qpm_widgets.templates import Templates
    from qpm_widgets.visits import Interview, Observation

Reading = Literal["plain", "easy_read"]
AssessmentArgument = Annotated[str, typer.Argument(help="The assessment's id, such as lantern.")]


def itinerary(
    assessment: AssessmentArgument,
    visit: Annotated[str, typer.Argument(help="The visit's id, such as V1.")],
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Write whom a visit meets when and where: as PDF and DOCX to print, and as .ics for a calendar."""
    with open_kit(home) as kit:
        _tell(write_itinerary(kit.journal, assessment, visit, outputs))


def invite(
    assessment: AssessmentArgument,
    invited: Annotated[
        str,
        typer.Argument(
            help="The interview's id, such as P1; or observation:O1, a visit to somebody who does not use words."
        ),
    ],
    language: Annotated[
        Literal["en", "cy"] | None, typer.Option(help="English or Welsh; otherwise as it is planned.")
    ] = None,
    easy_read: Annotated[
        bool | None, typer.Option("--easy-read/--plain", help="Easy Read or plain words; otherwise as it is planned.")
    ] = None,
    contact: Annotated[
        str, typer.Option(help='Whom to tell or ask, as in "the office, 01632 960000"; otherwise who hands it out.')
    ] = "",
    home: HomeOption = HOME,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Write the invitation to an interview, with what to know before deciding, as PDF and DOCX.

    Of a visit to somebody who does not use words: pictures for them, and a sheet for whoever knows them.
    """
    wanted: dict[bool | None, Reading | None] = {True: "easy_read", False: "plain", None: None}
    with open_kit(home) as kit:
        asked = Sheet(invited, language, wanted[easy_read], contact)
        _tell(write_invitation(kit.journal, assessment, asked, outputs))


def form(
    guide: Annotated[str, typer.Argument(help="A guide, such as person_supported or observation.")],
    language: Annotated[Literal["en", "cy"], typer.Option(help="English or Welsh.")] = "en",
    easy_read: Annotated[
        bool,
        typer.Option(
            "--easy-read/--plain",
            help="Easy Read and large print (large print alone where the guide has no Easy Read), or plain.",
        ),
    ] = False,
    nation: Annotated[
        Literal["england", "wales", "northern_ireland"] | None,
        typer.Option(help="Leaves out the questions that only other nations call for."),
    ] = None,
    outputs: OutputsOption = OUTPUTS,
) -> None:
    """Print a guide as a form, for places where a laptop is wrong; asks for no passphrase, for nothing is read."""
    from qpm_widgets.reports.paper_form import PaperForm, write_form
    from qpm_widgets.reports.publishing import publish, safe_name
    from qpm_widgets.templates import load_templates
    from qpm_widgets.templates.faults import Fault, suggest
    from qpm_widgets.templates.safe_yaml import shorten

    templates = load_templates(language=language)
    if guide not in templates.guides:
        file = f"interview_guides/{shorten(guide)}.yaml"
        raise Fault("TEMPLATE-001", file, "", suggest(guide, templates.guides)).error
    wanted = PaperForm(templates.guides[guide], "easy_read" if easy_read else "plain", nation)
    name = safe_name("-".join(filter(None, (guide, language, wanted.style, nation or ""))))
    facts = {"form": wanted.code(templates), "templates": templates.digest}
    folder, _ = publish(outputs, ("forms",), name, {f"{name}.pdf": write_form(templates, wanted)}, facts)
    out.print(f"written: {folder / f'{name}.pdf'}")


def tell_sampling(journal: Journal, templates: Templates, assessment_id: str) -> None:
    """Print how many of the sampling rules an assessment's plans meet, and what is missing, as the desk says it."""
    from qpm_widgets.visits import check_sampling, iter_interviews, load_profile

    profile, interviews = load_profile(journal, assessment_id), iter_interviews(journal, assessment_id)
    sampling, text = check_sampling(profile, interviews, templates.scheme.sampling), templates.wording.text
    known = len(sampling.rows) - len(sampling.unknown)
    out.print(text("desk.sheet.missing.tally", met=sum(row.met for row in sampling.rows), total=known))
    for row in sampling.missing:
        out.print(f"  {text(f'desk.sheet.missing.{row.kind}', name=row.name, have=row.have, need=row.need)}")
    for row in sampling.unknown:
        out.print(f"  {text(f'desk.sheet.missing.unknown.{row.kind}')}")


@dataclass(frozen=True)
class Sheet:
    """Which invitation is wanted: ``invited`` as of ``read_invitation``; None where the plan decides."""

    invited: str
    language: Literal["en", "cy"] | None = None
    reading: Reading | None = None
    contact: str = ""


@dataclass(frozen=True)
class FormSheet:
    """Which form is wanted of an interview or observation, by its subject; None where its plan decides."""

    meeting: str
    language: Literal["en", "cy"] | None = None
    reading: Reading | None = None


def write_itinerary(journal: Journal, assessment_id: str, visit_id: str, outputs: Path) -> list[Path]:
    """The files of a visit's itinerary; PLAN-* if there is no such visit, REPORT-006 if they cannot be written."""
    from qpm_widgets.reports.itinerary import compose_itinerary, read_itinerary, write_calendar
    from qpm_widgets.templates import load_templates

    templates, planned = load_templates(), read_itinerary(journal, assessment_id, visit_id)
    files = _documents(templates, compose_itinerary(templates, planned), "itinerary")
    files["itinerary.ics"] = write_calendar(templates, planned)
    return _publish(outputs, assessment_id, visit_id, "itinerary", files)


def write_invitation(journal: Journal, assessment_id: str, wanted: Sheet, outputs: Path) -> list[Path]:
    """The files of an invitation; PLAN-* if nobody is invited so, REPORT-006 if they cannot be written."""
    from qpm_widgets.reports.invitation import (
        compose_information,
        compose_invitation,
        compose_pictures,
        read_invitation,
    )
    from qpm_widgets.templates import load_templates

    invitation = read_invitation(journal, assessment_id, wanted.invited, wanted.reading, wanted.contact)
    kind, _, meeting = wanted.invited.rpartition(":")
    language = wanted.language or invitation.plan.language
    templates, end = load_templates(language=language), f"{language}-{invitation.reading.replace('_', '-')}"
    name = f"invitation-{meeting}-{end}"
    if kind == "observation":
        files = _documents(templates, compose_pictures(templates, invitation), f"pictures-{meeting}-{language}")
        files |= _documents(templates, compose_information(templates, invitation), f"information-{meeting}-{end}")
    else:
        files = _documents(templates, compose_invitation(templates, invitation), name)
    return _publish(outputs, assessment_id, invitation.plan.visit, name, files)


def write_meeting_form(journal: Journal, assessment_id: str, wanted: FormSheet, outputs: Path) -> list[Path]:
    """The form of one planned interview or observation, with its codes on it and the questions that it calls for.

    PLAN-* if it is not planned, or names a guide that is not there; REPORT-006 if it cannot be written.
    """
    from qpm_widgets.reports.paper_form import form_of, write_form
    from qpm_widgets.templates import load_templates
    from qpm_widgets.visits import load_interview, load_observation, load_profile, load_visit

    kind, _, name = wanted.meeting.partition(":")
    load: Callable[[Journal, str, str], Interview | Observation]
    load = load_observation if kind == "observation" else load_interview
    held = load(journal, assessment_id, name)
    plan = held.plan
    language: str = wanted.language or getattr(plan, "language", None) or "en"
    reading: Reading = wanted.reading or ("easy_read" if getattr(plan, "easy_read", False) else "plain")
    templates = load_templates(language=language)
    profile, visit = load_profile(journal, assessment_id), load_visit(journal, assessment_id, plan.visit)
    sample = templates.wording.text("invitation.sample", provider=profile.provider) if profile.sample else None
    form = form_of(templates, held, reading, visit, sample)
    content = write_form(templates, form)
    file = "-".join(("form", held.id, language, form.style))
    return _publish(outputs, assessment_id, plan.visit, file, {f"{file}.pdf": content})


def _documents(templates: Templates, document: Document, name: str) -> dict[str, bytes]:
    from qpm_widgets.reports.docx_writer import write_docx
    from qpm_widgets.reports.pdf_writer import write_pdf

    words, design = templates.wording.section("report_writers"), templates.folder / "report"
    return {
        f"{name}.pdf": write_pdf(document, words, design),
        f"{name}.docx": write_docx(document, words, design),
    }


def _publish(outputs: Path, assessment: str, visit: str, name: str, files: dict[str, bytes]) -> list[Path]:
    from qpm_widgets.reports.publishing import publish, safe_name

    # No word of an interview is in it, so no erasure concerns it; it goes with the reports when their time is over.
    parameters = {"assessment_id": assessment, "visit_id": visit}
    facts = {"report": name, "parameters": parameters, "interviews": [], "erasures": []}
    run = f"{safe_name(name)}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder, _ = publish(outputs, (safe_name(assessment), safe_name(visit)), run, files, facts)
    return [folder / file for file in files]


def _tell(files: list[Path]) -> None:
    for file in files:
        out.print(f"written: {file}")

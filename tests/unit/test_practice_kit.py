"""The practice visit: a kit of its own, so that nothing of it comes among what is real, and erased as a folder is."""

from __future__ import annotations

from datetime import date

import pytest

from qpm_widgets.capture import DeskSheet
from qpm_widgets.capture.practice import close_practice, erase_practice, leave_practice, open_practice, practice_state
from qpm_widgets.capture.recording import record_edit
from qpm_widgets.capture.server import server_process
from qpm_widgets.errors import QpmError
from qpm_widgets.journal import Edit, Kit
from qpm_widgets.running_server import await_server, is_served
from qpm_widgets.visits import iter_interviews, iter_visits, load_profile

TODAY = date(2027, 2, 28)


@pytest.fixture
def practising(kit, templates):
    """A kit with a practice visit that was opened from it, and the address of its desk."""
    yield kit, open_practice(kit, templates, TODAY)
    erase_practice(kit)


def practice_of(kit: Kit) -> Kit:
    """The practice kit, opened as its own desk would have it."""
    passphrase = kit.journal.secret("practice passphrase", lambda: "")
    return Kit.unlock(kit.home / "practice", passphrase)


def runtime_of(kit: Kit):
    return (kit.home / "practice" / "runtime").resolve()


def test_it_begins_today_with_invented_people_and_leaves_the_kit_as_it_was(practising, templates) -> None:
    kit, address = practising
    assert practice_state(kit) == "there"
    assert kit.journal.assessment_ids() == []
    assert list(kit.journal.iter_entries()) == []
    assert address == await_server(runtime_of(kit)).address("desk.ipynb")
    with practice_of(kit) as practice:
        assert practice_state(practice) == "here"
        (assessment,) = practice.journal.assessment_ids()
        assert load_profile(practice.journal, assessment).sample
        (visit,) = iter_visits(practice.journal, assessment)
        assert (visit.plan.starts, visit.plan.title) == (TODAY, "Practice: Site visit to Lantern Advocacy")
        planned = [one.plan.planned_at.date() for one in iter_interviews(practice.journal, assessment)]
        assert {visit.plan.starts, visit.plan.ends} == set(planned)
        assert (practice.notebooks / assessment / visit.id / "A1.ipynb").exists()


def test_it_is_gone_on_with_until_it_is_erased(practising, templates) -> None:
    kit, address = practising
    with practice_of(kit) as practice:
        edit = Edit("lantern", "interview:A1", "state", {"state": "cancelled", "reason": "tried out"})
        record_edit(practice.journal, templates, edit)
    assert open_practice(kit, templates, TODAY) == address
    close_practice(kit)
    assert not is_served(runtime_of(kit))
    open_practice(kit, templates, date(2027, 3, 5))
    with practice_of(kit) as practice:
        assert iter_visits(practice.journal, "lantern")[0].plan.starts == TODAY
        assert [one.state for one in iter_interviews(practice.journal, "lantern")].count("cancelled") == 1

    erase_practice(kit)
    assert practice_state(kit) == "none"
    assert not (kit.home / "practice").exists()
    assert not is_served(runtime_of(kit))
    erase_practice(kit)  # nothing left to do is no fault


@pytest.mark.parametrize("damage", [lambda file: file.write_text("{", encoding="utf-8"), lambda file: file.unlink()])
def test_one_that_cannot_be_opened_any_more_is_made_anew_only_if_a_person_says_so(
    practising, templates, damage
) -> None:
    kit, _ = practising
    close_practice(kit)
    damage(kit.home / "practice" / "kit.json")
    desk = DeskSheet()
    desk.kit, desk.templates = kit, templates
    asked = {"kind": "do", "name": "practise", "request_id": "r1"}
    refused = desk.answer(asked)
    assert (refused["kind"], refused["code"]) == ("failed", "CAPTURE-006")
    assert (kit.home / "practice" / "journal.qpm").exists(), "it may be mended yet"
    assert desk.answer(asked | {"arguments": {"anew": True}})["kind"] == "done"
    with practice_of(kit) as practice:
        assert practice.journal.assessment_ids() == ["lantern"]


def test_what_cannot_be_removed_is_said(kit, monkeypatch) -> None:
    (kit.home / "practice").write_text("no folder", encoding="utf-8")
    with pytest.raises(QpmError, match="CAPTURE-005"):
        erase_practice(kit)


def test_it_leads_back_to_the_desk_and_closes_with_it(kit, templates) -> None:
    with server_process(kit) as server:
        open_practice(kit, templates, TODAY)
        with practice_of(kit) as practice:
            assert leave_practice(practice) == server.address("desk.ipynb")
        assert is_served(runtime_of(kit))
    assert not is_served(runtime_of(kit))
    with practice_of(kit) as practice:
        assert leave_practice(practice) is None
    erase_practice(kit)

"""The page of an observation: scenes of one's own, the policy a scene is about, and what the visit has heard."""

from __future__ import annotations

import pytest
from field_pages import Hand, find_barriers, plan_anew, until, values_of

pytestmark = pytest.mark.browser
BARE = True


def test_a_scene_of_ones_own_is_added_named_and_kept_and_each_scene_names_its_policy(
    field_kit, server, page, templates
):
    plan_anew(field_kit, templates, "observation:O1", guide="document_check")
    hand = Hand(page, server, "O1").open()
    keys = page.keyboard
    hand.field("answer:D-SG-1.policy").locator("select").select_option("Safeguarding adults")
    hand.sheet.get_by_role("button", name="Add a scene").press("Enter")
    keys.type("The other safeguarding policy")
    own = hand.sheet.get_by_role("article", name="Your own scene")
    hand.await_saved()
    keys.press("Alt+End")
    ending = page.get_by_role("dialog", name="How did it end?")
    untouched = ending.locator(".qpm-untouched")
    assert untouched.get_by_role("button", name="The other safeguarding policy").count() == 1, "named and not described"
    assert untouched.get_by_role("button", name="Safeguarding", exact=True).count() == 1, "a policy is no description"
    keys.press("Escape")
    own.get_by_label("Policy of the list").select_option("Safeguarding children")
    own.get_by_label("Evidence that it is used").fill("A log since May")
    own.get_by_label("Evidence that it is used").blur()
    hand.await_saved()
    kept = values_of(field_kit, "observation:O1")
    mine = {field.split(".", 1)[1]: one.get("text") for field, one in kept.items() if ":own-" in field}
    assert mine == {
        "question": "The other safeguarding policy", "policy": "Safeguarding children", "used": "A log since May",
    }  # fmt: skip
    assert kept["answer:D-SG-1.policy"]["text"] == "Safeguarding adults"
    assert "0 of 5 scenes" in hand.sheet.locator(".qpm-coverage").inner_text(), "the guide's are counted, and no other"
    keys.press("Alt+End")
    assert untouched.get_by_role("button", name="The other safeguarding policy").count() == 0
    keys.press("Escape")
    assert find_barriers(page, ".qpm-interview") == []
    page.reload()
    hand.sheet.wait_for(timeout=60_000)
    assert own.get_by_label("What you looked at").input_value() == "The other safeguarding policy"
    assert own.get_by_label("Policy of the list").input_value() == "Safeguarding children"
    keys.press("Control+F9")
    assert until(lambda: "no Easy Read here" in hand.sheet.locator(".qpm-told").inner_text(), page)


def test_what_the_visit_has_heard_on_a_scenes_standard_is_said_and_who_is_still_missing(
    field_kit, server, page, templates
):
    plan_anew(field_kit, templates, "observation:O1", guide="observation")
    hand = Hand(page, server, "O1").open()
    stop = hand.sheet.locator('[id$="-go-O-IN-1"]')
    assert "Independence: no evidence yet · not described yet" in stop.inner_text()
    hand.field("answer:O-IN-1.evidence.IN6").locator("input[value=supports]").check()
    hand.await_saved()
    said = "Independence: 1 piece of evidence, none yet from people supported"
    assert until(lambda: said in stop.inner_text(), page)
    both = hand.sheet.locator('[id$="-go-O-EQ-3"]').inner_text()
    assert "accessibility: no evidence yet · Confidentiality: no evidence yet" in both, "a scene of two standards"

"""An interview planned in Welsh: all that is said aloud stands on the page in Welsh, and nothing of it is blank."""

from __future__ import annotations

import pytest
from field_pages import Hand, plan_anew

from qpm_widgets.templates.guide_checks import iter_wordings

pytestmark = pytest.mark.browser
BARE = True

SAID = """root => [...root.querySelectorAll('p[lang], h2 [lang], h3[lang], blockquote[lang], li [lang]')]
    .filter(node => !node.closest('.qpm-caution, .qpm-quick')).map(node => [node.lang, node.textContent.trim()])"""


def test_what_is_said_aloud_is_in_welsh_plain_and_easy_read(field_kit, server, page):
    hand = Hand(page, server, "P2").open()
    said = hand.sheet.first.evaluate(SAID)
    assert said
    assert [one for one in said if one[0] != "cy"] == []
    assert all(text for _, text in said)
    assert any(text.startswith("Dydw i ddim yn rhoi eich enw") for _, text in said), "the limits, in plain words"
    hand.sheet.locator('[id$="-easy"][id*="P2-easy"]').check()
    easy = hand.sheet.first.evaluate(SAID)
    assert {language for language, _ in easy} == {"cy"}
    assert all(text for _, text in easy)
    assert any(text.startswith("Dydw i ddim yn ysgrifennu eich enw.") for _, text in easy), "the limits, in Easy Read"
    # The card, from the first to the last: words, symbols and what its buttons are called.
    hand.sheet.get_by_role("checkbox", name="Symbols on the card").check()
    hand.click("consent-show")
    seen = set()
    while (now := page.locator(".qpm-show-card h2").inner_text()) not in seen:
        seen.add(now)
        parts = "parts => parts.map((one) => [one.lang, one.ariaLabel ?? one.textContent.trim()])"
        shown = page.locator(".qpm-show-card, .qpm-show-card :is(button, h2, .qpm-symbol span)").evaluate_all(parts)
        assert {language for language, _ in shown} == {"cy"}
        assert all(text for _, text in shown)
        page.keyboard.press("ArrowRight")
    assert len(seen) > 30
    # What has no Welsh is said in English, and marked as English.
    cautions = hand.sheet.locator(".qpm-caution [lang]").evaluate_all("ones => ones.map((one) => one.lang)")
    assert set(cautions) == {"en"}


@pytest.mark.parametrize(("guide", "whom"), [("advocacy_manager", "MG1"), ("referrer_commissioner", "RC1")])
def test_who_leads_or_refers_is_asked_in_easy_read_as_it_is_planned(field_kit, server, page, templates, guide, whom):
    plan = {"guide": guide, "role": guide, "respondents": [whom], "easy_read": True}
    for language in ("en", "cy"):
        plan_anew(field_kit, templates, "interview:P3", **plan, language=language)
        page.goto("about:blank")  # a page in place would keep the plan it was opened with
        hand = Hand(page, server, "P3").open()
        said = {text for _, text in hand.sheet.first.evaluate(SAID)}
        asked = [one for steps, one in iter_wordings(templates.guides[guide]) if steps[0] == "opening"]
        first = next(one for steps, one in iter_wordings(templates.guides[guide]) if steps[0] == "sections")
        for one in (*asked, first):
            assert one.easy_read.read(language) in said
            assert one.plain.read(language) not in said

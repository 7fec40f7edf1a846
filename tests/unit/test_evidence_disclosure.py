"""Disclosure control: consent decides at the moment of reading, and refused words find no other way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from evidence_journals import ASSESSMENT, VISIT, Shelf, SmallJournal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qpm_widgets.capture.visit_evidence import read_visit_evidence
from qpm_widgets.evidence import answers_table, bearings_table, left_out_table, quotes_table
from qpm_widgets.journal import Kit
from qpm_widgets.journal.keys import KeyCost
from qpm_widgets.reports.blocks import Account
from qpm_widgets.reports.visit_report import open_visit_report
from qpm_widgets.templates import Templates

CHEAP = KeyCost(time_cost=1, memory_kib=64, parallelism=1)


@pytest.fixture
def small(kit: Kit) -> SmallJournal:
    return SmallJournal(kit.journal)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, templates: Templates):
    home = tmp_path_factory.mktemp("shelf") / "kit"
    with Kit.create(home, "a passphrase of words", assessor="AS1", cost=CHEAP) as kit:
        yield Shelf(kit, templates)


def all_words(kit: Kit, small: SmallJournal, templates, edition: str) -> str:
    """Everything that an edition displays, the account too."""
    report = open_visit_report(small.assessment, VISIT, edition, kit=kit, templates=templates)
    bundles = [block._repr_mimebundle_() for section in report.sections() for block in section]
    return json.dumps(bundles, ensure_ascii=False)


def statements(kit: Kit, small: SmallJournal, templates, edition: str) -> str:
    """What an edition says, without its account."""
    report = open_visit_report(small.assessment, VISIT, edition, kit=kit, templates=templates)
    blocks = [block for section in report.sections() for block in section if not isinstance(block, Account)]
    return json.dumps([block.to_json() for block in blocks], ensure_ascii=False)


# --- consent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "decision", "reason"),
    [
        ("quotes", "withdrawn", "quote_withdrawn"),
        ("quotes", "declined", "quote_declined"),
        ("quotes", "not_applicable", "quote_not_asked"),
        ("notes", "withdrawn", None),
    ],
)
@pytest.mark.parametrize("replace", [True, False], ids=["instead", "conflicting"])
def test_a_quote_is_gone_the_moment_consent_is(scope, decision, reason, replace, small, kit, templates) -> None:
    small.interview("P1", "ps1")
    small.quote("P1", "P-CP-1", "My side, and nobody else's.", "ps1")
    small.interview("P2", "ps2")
    small.quote("P2", "P-CP-1", "Mine as well, I think.", "ps2")
    assert "My side, and nobody" in statements(kit, small, templates, "provider")
    small.consent("P1", scope, "ps1", decision, replace=replace)
    rows = {row.interview: row for row in small.table(quotes_table, templates)}
    if reason is None:
        assert "P1" not in rows
    else:
        assert (rows["P1"].may_be_used, rows["P1"].reason, rows["P1"].text) == (False, reason, "")
    assert rows["P2"].may_be_used
    for edition in ("provider", "lead"):
        said = all_words(kit, small, templates, edition)
        assert "My side, and nobody" not in said
        assert "Mine as well, I think." in said


@pytest.mark.parametrize("replace", [True, False], ids=["instead", "conflicting"])
def test_a_sentence_that_is_not_to_be_used_is_quoted_nowhere_and_is_evidence_all_the_same(
    replace, small, kit, templates
) -> None:
    small.interview("P1", "ps1")
    words = "My side, and nobody else's."
    cited = small.quote("P1", "P-CP-1", words, "ps1")
    small.quote("P1", "P-CP-1", "Mine as well, I think.", "ps1", number=2)
    small.mark("P1", "P-CP-1", "CP1", "supports")
    not_used = {"text": words, "grade": "verbatim", "respondent": "ps1", "use": "no"}
    cited = small.write("interview:P1", "answer:P-CP-1.quote.1", not_used, replace=replace)
    small.find("F1", "clarity_of_purpose", f"One said: {words}", cited)
    small.find("F2", "clarity_of_purpose", "People know whose side the service is on.", cited)
    rows = [row for row in small.table(quotes_table, templates) if row.evidence_id == "P1.P-CP-1.quote.1"]
    assert {(row.may_be_used, row.reason, row.text) for row in rows} == {(False, "quote_not_wanted", "")}
    for edition in ("provider", "lead"):
        said = all_words(kit, small, templates, edition)
        assert "My side, and nobody" not in said
        assert "Mine as well, I think." in said
        assert "People know whose side" in said, "what it tells may be known"
    reasons = {row.evidence_id: row.reason for row in small.table(left_out_table, templates)}
    assert reasons == {"P1.P-CP-1.quote.1": "quote_not_wanted", "V1.finding.F1": "refused_words"}
    pieces = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {}).pieces
    assert {one["name"]: one["quotable"] for one in pieces} == {"P1.P-CP-1.quote.1": False, "P1.P-CP-1.quote.2": True}


def test_consent_given_again_brings_the_quote_back(small, templates) -> None:
    small.interview("P1", "ps1", quotes="declined")
    small.quote("P1", "P-CP-1", "words", "ps1")
    small.consent("P1", "quotes", "ps1", "given")
    [row] = small.table(quotes_table, templates)
    assert (row.may_be_used, row.reason, row.text) == (True, "", "words")


def test_in_a_group_each_speaks_for_themselves(small, templates) -> None:
    small.interview("A1", "adv1", "adv2")
    small.quote("A1", "A-CP-1", "mine", "adv1", number=1)
    small.quote("A1", "A-CP-1", "ours", "adv2", number=2)
    small.consent("A1", "quotes", "adv2", "withdrawn")
    rows = small.table(quotes_table, templates)
    assert [(row.respondent, row.may_be_used) for row in rows] == [("adv1", True), ("adv2", False)]


def test_withdrawn_notes_empty_every_table_of_that_interview(small, templates) -> None:
    small.interview("P1", "ps1")
    small.note("P1", "P-CP-1", "noted")
    small.quote("P1", "P-CP-1", "quoted", "ps1")
    small.mark("P1", "P-CP-1", "CP1", "supports")
    small.consent("P1", "notes", "ps1", "withdrawn")
    for table in (answers_table, quotes_table, bearings_table):
        assert small.table(table, templates) == []
    rows = small.table(left_out_table, templates)
    assert [(row.evidence_id, row.reason) for row in rows] == [
        ("P1.P-CP-1.note", "notes_consent"),
        ("P1.P-CP-1.quote.1", "notes_consent"),
    ]


def test_what_a_group_wrote_goes_with_whoever_leaves_and_takes_their_notes_back(small, kit, templates) -> None:
    small.interview("A1", "adv1", "adv2")
    note = small.note("A1", "A-CP-1", "They explain it twice, and one of us never does.")
    mark = small.mark("A1", "A-CP-1", "CP1", "supports")
    small.quote("A1", "A-CP-1", "Mine, and it stays here.", "adv1", number=1)
    small.quote("A1", "A-CP-1", "Mine, and it goes with me.", "adv2", number=2)
    small.find("F1", "clarity_of_purpose", "It is explained twice.", note, mark)
    small.consent("A1", "talk", "adv2", "withdrawn")
    assert [row.text for row in small.table(answers_table, templates)] == [
        "They explain it twice, and one of us never does."
    ], "who only stops talking takes nothing back"
    small.consent("A1", "notes", "adv2", "withdrawn")
    small.note("A1", "A-CP-1", "They explain it twice, and one of us never does. And then more.")
    small.note("A1", "A-CP-2", "The other one goes on.")
    assert [row.text for row in small.table(answers_table, templates)] == ["The other one goes on."]
    assert small.table(bearings_table, templates) == []
    assert [(row.text, row.may_be_used) for row in small.table(quotes_table, templates)] == [
        ("Mine, and it stays here.", True)
    ]
    reasons = {row.evidence_id: row.reason for row in small.table(left_out_table, templates)}
    assert reasons == {
        "A1.A-CP-1.note": "notes_consent", "A1.A-CP-1.quote.2": "notes_consent", "V1.finding.F1": "lost_ground",
        "A1.A-CP-2.note": "uncited_note",
    }  # fmt: skip
    for edition in ("provider", "lead"):
        said = all_words(kit, small, templates, edition)
        assert [words for words in ("one of us never", "explained twice", "goes with me") if words in said] == []
    evidence = read_visit_evidence(kit.journal, templates, ASSESSMENT, VISIT, {})
    assert {one["name"] for one in evidence.pieces} == {"A1.A-CP-1.quote.1", "A1.A-CP-2.note"}
    assert (evidence.partly, evidence.left_out) == (["A1"], [])
    # They come back, and agree: nothing is held against what was said with them.
    small.consent("A1", "notes", "adv2", "given")
    small.consent("A1", "talk", "adv2", "given")
    assert len(small.table(answers_table, templates)) == 2
    assert {row.reason for row in small.table(left_out_table, templates)} == {"uncited_note"}


DECISIONS = ["given", "declined", "withdrawn", "not_applicable"]
EVENT = st.tuples(st.sampled_from(["notes", "quotes"]), st.sampled_from(DECISIONS), st.booleans())


@settings(max_examples=25, deadline=None)
@given(events=st.lists(EVENT, max_size=6))
def test_a_quote_may_be_used_just_when_every_current_consent_says_so(events, shelf) -> None:
    small, templates = shelf.fresh(), shelf.templates
    small.interview("P1", "ps1")
    small.quote("P1", "P-CP-1", "words of mine", "ps1")
    current = {"notes": {"given"}, "quotes": {"given"}}
    for scope, decision, replace in events:
        small.consent("P1", scope, "ps1", decision, replace=replace)
        current[scope] = {decision} if replace else current[scope] | {decision}
        rows = small.table(quotes_table, templates)
        if current["notes"] != {"given"}:
            assert rows == []
        else:
            assert [row.may_be_used for row in rows] == [current["quotes"] == {"given"}]


# --- words that travel ----------------------------------------------------------------------------------------------

LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäŵŷй你", min_size=1, max_size=9)
REFUSED = st.lists(LETTERS, min_size=4, max_size=9)


@settings(max_examples=15, deadline=None)
@given(words=REFUSED, mark=st.sampled_from([" ", ", ", " – ", "\n", "… "]))
def test_refused_words_leave_by_no_other_door(words, mark, shelf) -> None:
    """Whoever copies a refused quote into a note, a finding, a rating or another's quote gets it into no edition."""
    small, kit, templates = shelf.fresh(), shelf.kit, shelf.templates
    refused, copied = " ".join(words), mark.join(words)
    before = statements(kit, small, templates, "lead") + statements(kit, small, templates, "provider")
    assume(refused not in before)
    small.interview("P1", "ps1", quotes="declined")
    small.interview("P2", "ps2")
    small.interview("A3", "adv1")
    small.quote("P1", "P-CP-1", refused, "ps1")
    cited = small.note("A3", "A-CP-1", f"She told me: {copied}!")
    small.quote("P2", "P-CP-1", copied.capitalize(), "ps2", translation=f"({copied})")
    small.find("F1", "clarity_of_purpose", f"One person said “{copied}”.", cited)
    small.find("F2", "clarity_of_purpose", f"Good: {copied}", cited, kind="good_practice")
    small.rate("CP1", "met", f"As one said, {copied}.", cited)
    for edition in ("provider", "lead"):
        said = statements(kit, small, templates, edition)
        for spelling in {refused, copied, json.dumps(copied, ensure_ascii=False)[1:-1]}:
            assert spelling.casefold() not in said.casefold()
    reasons = {row.evidence_id: row.reason for row in small.table(left_out_table, templates)}
    assert reasons == {
        "P1.P-CP-1.quote.1": "quote_declined",
        "P2.P-CP-1.quote.1": "refused_words",
        "A3.A-CP-1.note": "refused_words",
        "V1.finding.F1": "refused_words",
        "V1.finding.F2": "refused_words",
        "V1.rating.CP1": "refused_words",
    }


def test_a_short_refused_phrase_does_not_silence_everyday_words(small, kit, templates) -> None:
    small.interview("P1", "ps1", quotes="declined")
    small.interview("A2", "adv1")
    small.quote("P1", "P-CP-1", "It is good", "ps1")
    cited = small.note("A2", "A-CP-1", "noted")
    small.find("F1", "clarity_of_purpose", "It is good to see.", cited)
    assert "It is good to see." in statements(kit, small, templates, "provider")


def test_the_rating_stays_when_only_its_reason_must_go(small, kit, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "noted")
    small.rate("CP1", "strong", "Because adv1 said so.", cited)
    provider, lead = (statements(kit, small, templates, edition) for edition in ("provider", "lead"))
    assert "adv1" not in provider
    assert '"Strong", "The reason is not printed, to protect someone who took part."' in provider
    assert "Because adv1 said so." in lead


def test_a_number_or_address_that_points_to_one_person_never_reaches_the_provider(small, kit, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "noted")
    pointing = ("NHS 943 476 5919 was said.", "Ring 01632 960001.", "She lives at CF10 3AT.", "Born 12 May 1958.")
    for number, words in enumerate((*pointing, "Seen on 12 May 2026.")):
        small.find(f"F{number}", "clarity_of_purpose", words, cited)
    provider, lead = (all_words(kit, small, templates, edition) for edition in ("provider", "lead"))
    assert "Seen on 12 May 2026." in provider
    assert [words for words in pointing if words in provider or words not in lead] == []
    rows = small.table(left_out_table, templates)
    assert [(row.reason, row.editions) for row in rows] == [("identifies", "provider")] * len(pointing)


def test_a_name_of_the_visits_list_never_reaches_the_provider(small, kit, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "noted")
    naming = ("Siân O’Neill chairs it.", "It rests with sian.", "Ask Dr ONeill.")
    for number, words in enumerate((*naming, "O'Neal chairs it.")):
        small.find(f"F{number}", "clarity_of_purpose", words, cited)
    small.rate("CP1", "strong", "Because Siân said so.", cited)
    assert naming[0] in all_words(kit, small, templates, "provider"), "nobody's name is known yet"
    kit.journal.keep_names(small.assessment, "V1", ["Dr Siân O'Neill"])
    provider, lead = (all_words(kit, small, templates, edition) for edition in ("provider", "lead"))
    assert "O'Neal chairs it." in provider
    assert [words for words in (*naming, "Because Siân") if words in provider or words not in lead] == []
    rows = small.table(left_out_table, templates)
    assert [(row.reason, row.editions) for row in rows] == [("identifies", "provider")] * (len(naming) + 1)


def test_codes_and_ids_in_a_finding_never_reach_the_provider(small, kit, templates) -> None:
    small.interview("A1", "adv1")
    cited = small.note("A1", "A-CP-1", "noted")
    naming = ("Told by adv1.", "See A1 for this.", f"Rests on {cited}.", "Not by adv6.", "Ask mg2.", "Seen by AS2.")
    for number, words in enumerate((*naming, "Plain and fair.")):
        small.find(f"F{number}", "clarity_of_purpose", words, cited)
    said = all_words(kit, small, templates, "provider")
    assert "Plain and fair." in said
    for secret in (*naming, cited, "A1.A-CP-1"):
        assert secret not in said
        assert secret in all_words(kit, small, templates, "lead")
    rows = small.table(left_out_table, templates)
    assert [(row.reason, row.editions) for row in rows] == [("names_a_code", "provider")] * len(naming)


def test_what_the_safeguarding_protocol_keeps_is_nowhere(small, kit, templates) -> None:
    small.interview("P1", "ps1")
    used = {"reference": "Heronsgate-7 /14", "used_at": "2026-05-12T11:00:00+01:00"}
    small.write("interview:P1", "safeguarding", used)
    small.note("P1", "P-CP-1", "Passed on as heronsgate 7 14, see there.")
    small.note("P1", "P-CP-2", "Something else.")
    for edition in ("provider", "lead"):
        assert "heronsgate" not in all_words(kit, small, templates, edition).casefold()
    assert "Something else." in all_words(kit, small, templates, "lead")


# --- who said it ----------------------------------------------------------------------------------------------------


def test_attribution_says_a_role_and_who_spoke(small, kit, templates) -> None:
    for name in ("P1", "P4", "P5"):
        small.interview(name, supporter=True)
    small.interview("P2", "ps2", "ps3", "ps6", interpreter=True)
    small.interview("A3", "adv1")
    small.quote("P1", "P-CP-1", "one", speaker="supporter")
    small.quote("P2", "P-CP-1", "two", "ps2", speaker="interpreter")
    small.quote("A3", "A-CP-1", "three", "adv1", grade="near_verbatim")
    said = statements(kit, small, templates, "provider")
    for attribution in (
        "A supporter, speaking beside a person supported by the service",
        "A person supported by the service, in an interpreter's words",
        "An advocate, nearly word for word",
    ):
        assert f'"attribution": "{attribution}"' in said


def test_rare_roles_speak_as_one_and_only_when_they_are_enough(small, kit, templates) -> None:
    for name, words in (("T1", "as a trustee"), ("M2", "as a manager")):
        small.interview(name)
        small.quote(name, f"{name[0]}-CP-1", words)
    said = statements(kit, small, templates, "provider")
    assert "as a trustee" not in said and "as a manager" not in said
    small.interview("R3")
    said = statements(kit, small, templates, "provider")
    assert said.count('"attribution": "Someone who leads, oversees or works alongside the service"') == 2
    assert "as a trustee" in said and "as a manager" in said


def test_paraphrase_is_never_a_quote(small, kit, templates) -> None:
    small.interview("P1", "ps1")
    small.quote("P1", "P-CP-1", "She feels well looked after", "ps1", grade="paraphrase")
    assert "well looked after" not in statements(kit, small, templates, "provider")
    lead = statements(kit, small, templates, "lead")
    assert "In other words: She feels well looked after" in lead
    assert "“She feels" not in lead
    assert '"block": "Quote"' not in lead


def test_welsh_stays_welsh_beside_its_translation(small, kit, templates) -> None:
    for name in ("P1", "P2", "P3"):
        small.interview(name, language="cy")
    small.quote("P1", "P-CP-1", "Mae hi'n gwrando.", language="cy", translation="She listens.")
    said = json.loads(statements(kit, small, templates, "provider"))
    [quote] = [block for block in said if block["block"] == "Quote"]
    assert (quote["text"], quote["language"], quote["translation"]) == ("Mae hi'n gwrando.", "cy", "She listens.")
    assert quote["evidence"] == []


def test_a_language_that_few_were_met_in_is_not_given_away(small, kit, templates) -> None:
    small.interview("P1", "ps1", language="cy")
    small.interview("P2", "ps2")
    small.quote("P1", "P-CP-1", "Mae hi'n gwrando.", "ps1", language="cy", translation="She listens.")
    small.quote("P1", "P-CP-2", "Gair heb ei gyfieithu.", "ps1", language="cy")
    provider, lead = (json.loads(statements(kit, small, templates, edition)) for edition in ("provider", "lead"))
    [quote] = [block for block in provider if block["block"] == "Quote"]
    assert (quote["text"], quote["language"], quote["translation"]) == ("She listens.", "en", None)
    assert "said in Welsh" not in json.dumps(provider)
    [quote] = [block for block in lead if block["block"] == "Quote"]
    assert (quote["text"], quote["language"], quote["translation"]) == ("Mae hi'n gwrando.", "cy", "She listens.")
    assert "Gair heb ei gyfieithu." in json.dumps(lead)
    rows = small.table(left_out_table, templates)
    assert [(row.evidence_id, row.reason, row.editions) for row in rows] == [
        ("P1.P-CP-2.quote.1", "small_group", "provider")
    ]


def quotes_of(kit, small, templates, edition: str) -> list[dict[str, Any]]:
    said = json.loads(statements(kit, small, templates, edition))
    return [block for block in said if block["block"] == "Quote"]


URDU = {"language": "ur", "translation": "She listens."}


def test_a_quote_says_in_which_language_it_was_said_and_who_translated_it(small, kit, templates) -> None:
    for name in ("P1", "P2", "P3"):
        small.interview(name, interpreter=True)
    small.quote("P1", "P-CP-1", "وہ سنتی ہے۔", **URDU)
    small.quote("P2", "P-CP-1", "وہ سنتی ہے۔", **URDU, speaker="interpreter")
    small.quote("P3", "P-CP-1", "She listens.", **URDU, speaker="interpreter")  # only the English was written down
    for edition in ("provider", "lead"):
        plain, voiced, alone = quotes_of(kit, small, templates, edition)
        assert (plain["language"], plain["rtl"], plain["translation"]) == ("ur", True, "She listens.")
        assert plain["attribution"].endswith("; in Urdu, put into English by the assessor")
        assert voiced["attribution"].endswith("; in Urdu, put into English by the interpreter")
        assert (alone["text"], alone["language"], alone["rtl"], alone["translation"]) == (
            "She listens.",
            "en",
            False,
            None,
        )
        assert alone["attribution"].endswith("; in Urdu, put into English by the interpreter")
        assert "quoted was said in Urdu." in statements(kit, small, templates, edition)
    lead = statements(kit, small, templates, "lead")
    assert "In Urdu: “وہ سنتی ہے۔”" in lead
    assert "Said in Urdu, written down in English: “She listens.”" in lead
    rows = small.table(quotes_table, templates)
    assert [(row.language, row.said_in) for row in rows] == [("ur", "Urdu")] * 3


def test_signs_and_a_language_by_its_name_are_marked_as_what_is_written(small, kit, templates) -> None:
    for name in ("P1", "P2", "P3"):
        small.interview(name)
        small.quote(name, "P-CP-1", "ME ASK, SHE LISTEN", language="bfi", translation="She listens.")
        more = {"language": "und", "language_name": "Romani", "number": 2}
        small.quote(name, "P-CP-2", "Shunel.", translation="She listens.", **more)
    signed, other = quotes_of(kit, small, templates, "provider")[:2]
    assert (signed["language"], signed["translation"]) == ("en", "She listens.")
    assert "; in British Sign Language, put into English" in signed["attribution"]
    assert other["language"] == "und" and "; in Romani, put into English" in other["attribution"]


@pytest.mark.parametrize("said", [{"language": "pl"}, {"language": "und", "language_name": "Romani"}])
def test_a_language_that_few_were_quoted_in_is_not_given_away_either(said, small, kit, templates) -> None:
    for name in ("P1", "P2", "P3", "P4"):
        small.interview(name)
    small.quote("P1", "P-CP-1", "Ona słucha.", translation="She listens.", **said)
    small.quote("P2", "P-CP-1", "Tak.", translation="Yes, always.", **said)
    small.quote("P3", "P-CP-1", "Nie przetłumaczono tego.", **said)
    small.quote("P4", "P-CP-1", "Someone else.", language="ro", translation="Someone else.")
    small.consent("P3", "talk", "P3x", "withdrawn")
    provider = quotes_of(kit, small, templates, "provider")
    assert [(one["text"], one["language"], one["translation"]) for one in provider] == [
        ("She listens.", "en", None), ("Yes, always.", "en", None), ("Someone else.", "en", None),
    ]  # fmt: skip
    printed = statements(kit, small, templates, "provider")
    assert not [word for word in ("Polish", "Romani", "słucha", "przet") if word in printed]


def test_a_name_typed_for_a_language_is_looked_through_too(small, kit, templates) -> None:
    for name in ("P1", "P2", "P3"):
        small.interview(name)
        more = {"language": "und", "language_name": "as P2x speaks", "translation": "She listens."}
        small.quote(name, "P-CP-1", "Shunel.", **more)
    assert quotes_of(kit, small, templates, "provider") == []


@pytest.mark.parametrize("speaker", ["supporter", "interpreter"])
def test_the_only_supporter_s_or_interpreter_s_words_are_kept_for_the_lead(speaker, small, kit, templates) -> None:
    small.interview("P1", "ps1", **{speaker: True})
    small.interview("P2", "ps2")
    small.quote("P1", "P-CP-1", "He used to be silent.", "ps1", speaker=speaker)
    provider, lead = (statements(kit, small, templates, edition) for edition in ("provider", "lead"))
    assert "He used to be silent." not in provider and speaker not in provider.replace("supporters", "")
    assert "He used to be silent." in lead
    [row] = small.table(left_out_table, templates)
    assert (row.reason, row.editions) == ("small_group", "provider")


def test_ways_of_meeting_that_few_shared_are_not_listed(small, kit, templates) -> None:
    for name in ("P1", "P2", "A3"):
        small.interview(name, easy_read=name == "P1")
    provider, lead = (statements(kit, small, templates, edition) for edition in ("provider", "lead"))
    assert "talked with us one to one." in provider and "Easy Read questions" not in provider
    assert "talked with us one to one or with Easy Read questions." in lead


# --- rare roles -----------------------------------------------------------------------------------------------------


def blocks_without_marks(kit: Kit, small: SmallJournal, templates) -> str:
    """What the provider reads, but for the table of digests, which every new entry changes."""
    blocks = json.loads(statements(kit, small, templates, "provider"))
    return json.dumps([one for one in blocks if "What the report was made from" not in one.get("caption", "")])


def test_nobody_can_subtract_how_many_rare_roles_spoke(small, kit, templates) -> None:
    """One, two or three of the roles that are counted together give the provider one and the same report."""
    for name in ("M1", "T2", "R3", "A4", "P5"):
        small.interview(name)
    for meeting, indicator in (
        ("A4", "CP1"),
        ("A4", "CP2"),
        ("P5", "CP2"),
        ("M1", "CP1"),
        ("M1", "CP2"),
        ("M1", "IN2"),
    ):
        small.mark(meeting, f"{meeting[0]}-CP-1", indicator, "supports")
    before = blocks_without_marks(kit, small, templates)
    assert "Sufficient. Heard from advocates and people who lead" in before
    for meeting in ("T2", "R3"):
        for indicator in ("CP1", "CP2", "IN2"):
            small.mark(meeting, f"{meeting[0]}-CP-1", indicator, "supports")
        assert blocks_without_marks(kit, small, templates) == before
    assert '"High. Heard from advocates, managers' in statements(kit, small, templates, "lead")


def test_the_provider_s_account_is_in_no_order_that_tells_anything(small, kit, templates) -> None:
    small.interview("A1", "adv1")
    for question in ("A-CP-1", "A-CP-2", "A-CP-3", "A-IN-1", "A-IN-2"):
        small.note("A1", question, "noted")
    account = open_visit_report(small.assessment, VISIT, "provider", kit=kit, templates=templates).account()
    for listed in (account.finished, account.used, account.left_out):
        assert list(listed) == sorted(listed)

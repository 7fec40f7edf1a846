"""The rules of Easy Read, one by one: what each finds, and what it lets pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from qpm_widgets.templates.easy_read import find_faults
from qpm_widgets.templates.language_rules import EasyRead, EasyReadRules
from qpm_widgets.templates.reading import TEMPLATES_FOLDER, Draft, read_shaped
from qpm_widgets.templates.spoken_checks import RULES
from qpm_widgets.templates.word_patterns import mutations


@pytest.fixture(scope="module")
def rules() -> EasyRead:
    found = read_shaped(Draft(Path(TEMPLATES_FOLDER)), RULES, EasyRead)
    assert found is not None
    return found


def faults_of(text: str, rules: EasyRead, language: str) -> list[str]:
    own: EasyReadRules = getattr(rules, language)
    return list(find_faults(text, own, language))


# language, a text that breaks one rule, what is said of it
BROKEN = [
    # Length.
    ("en", "You can tell me about your advocate and the good work they do for you each week.", "17 words"),
    ("cy", "Gallwch ddweud wrthyf am eich eiriolwr a'r gwaith da maen nhw'n ei wneud i chi bob wythnos.", "17 words"),
    # One idea.
    ("en", "You can stop; you can go.", "';' joins"),
    ("en", "You can stop (or go).", "'(' joins"),
    ("en", "You can say this: no.", "':' joins"),
    ("en", "Stop if you like, but tell me when.", "'if' and 'but' and 'when' join"),
    ("cy", "Gallwch stopio os hoffech chi, ond dywedwch.", "'os' and 'ond' join"),
    # Active voice.
    ("en", "Your words are kept here.", "'are kept' is passive"),
    ("en", "Nobody is ever asked again.", "'is ever asked' is passive"),
    ("en", "You will not be asked again.", "'be asked' is passive"),
    ("en", "It was quickly changed.", "'was quickly changed' is passive"),
    ("en", "A person is being hurt.", "'is being hurt' is passive"),
    ("cy", "Cafodd eich geiriau gadw'n ddiogel.", "'cafodd eich' is passive"),
    ("cy", "Mae'r nodiadau yn cael eu cadw.", "'cael eu' is passive"),
    ("cy", "Ni chafodd ei ddweud.", "'chafodd ei' is passive"),
    ("cy", "Cadwyd y nodiadau yma.", "'cadwyd' is passive"),
    ("cy", "Gellir stopio nawr.", "'gellir' is passive"),
    # Hard words.
    ("en", "Do you consent to notes?", "'consent' is a hard word; write 'agree or say yes'"),
    ("en", "Who made the referral?", "'referral' is a hard word; write 'send'"),
    ("en", "There is an enquiry about you.", "or explain it in a sentence of its own"),
    ("cy", "Beth yw eich gydsyniad?", "'gydsyniad' is a hard word; write 'cytuno"),
    ("cy", "Pwy sy'n siarad am ddiogelu?", "'ddiogelu' is a hard word"),
    # Abbreviations and short forms.
    ("en", "Ask your IMCA.", "'IMCA' is an abbreviation"),
    ("en", "Use signs, e.g. pictures.", "'e.g.' is an abbreviation"),
    ("en", "Use signs, pictures etc.", "'etc' is an abbreviation"),
    ("cy", "Gofynnwch i'ch IMCA.", "'IMCA' is an abbreviation"),
    ("en", "You don't have to.", "'don't' is a short form"),
    ("en", "It’s your choice.", "'It’s' is a short form"),
    # Numbers.
    ("en", "We have one hour.", "'one hour' is a number in words"),
    ("en", "Think of three people.", "'three' is a number in words"),
    ("cy", "Mae gennym ddeg munud.", "'ddeg' is a number in words"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "said"), BROKEN)
def test_a_broken_rule_says_what_is_wrong_and_what_to_do(rules: EasyRead, language, text, said) -> None:
    (fault,) = faults_of(text, rules, language)
    assert said in fault
    assert fault.startswith("“" + " ".join(text.split()[:2]).split(".")[0])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Who is with you today? How are you feeling?"),
        ("en", "Are you tired or worried?"),
        ("en", "What makes the person's meeting good for you and your advocate?"),
        ("en", "An enquiry means finding out what went wrong. There is an enquiry about you."),
        ("en", "IMCA means a kind of advocate. Do you have an IMCA?"),
        ("en", "We have 1 hour. One person can stay."),
        ("cy", "Beth yw'r gwir? Pa fwyd sy'n glir? Mae'n hir."),
        ("cy", "Ga i roi eich geiriau yma? Cewch ddweud ie. Cawn ei ddarllen."),
        ("en", "{provider} asked us. We do not work for {provider}."),
        ("cy", "Goruchwyliaeth yw sgwrs â'ch rheolwr. Beth ddaeth o'ch goruchwyliaeth?"),
        ("cy", "I'r gwasanaeth mae'r eiriolwr yn gweithio."),
    ],
)
def test_what_is_easy_to_read_passes(rules: EasyRead, language, text) -> None:
    assert faults_of(text, rules, language) == []


def test_a_word_explained_elsewhere_is_not_explained_here(rules: EasyRead) -> None:
    explained = "An enquiry means finding out what went wrong."
    assert faults_of(f"{explained} Who leads the enquiry?", rules, "en") == []
    assert len(faults_of("Who leads the enquiry? There is an enquiry.", rules, "en")) == 2


def test_a_finding_begins_with_the_first_words_of_its_sentence(rules: EasyRead) -> None:
    (fault,) = faults_of("This is fine. You will get what was written about you there.", rules, "en")
    assert fault.startswith("“You will get what was …”: 'was written' is passive")


@pytest.mark.parametrize(
    ("word", "mutated"),
    [
        ("cydsyniad", {"gydsyniad", "nghydsyniad", "chydsyniad"}),
        ("pryder", {"bryder", "mhryder", "phryder"}),
        ("diogelu", {"ddiogelu", "niogelu"}),
        ("goruchwyliaeth", {"oruchwyliaeth", "ngoruchwyliaeth"}),
        ("llesiant", {"lesiant"}),
        ("rheolwr", {"reolwr"}),
        ("eiriolwr", {"heiriolwr"}),
        ("chwaer", set()),
        ("sir", set()),
    ],
)
def test_a_welsh_word_is_known_by_its_mutations(word, mutated) -> None:
    assert set(mutations(word, "cy")) == {word, *mutated}
    assert mutations(word, "en") == (word,)

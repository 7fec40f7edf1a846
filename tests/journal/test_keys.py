import pytest
from journal_interviews import CHEAP

from qpm_widgets.journal import KeyCost
from qpm_widgets.journal.keys import cost_for, derive_key, derive_secret

SALT = bytes(range(16))


def test_the_key_depends_on_passphrase_salt_and_cost() -> None:
    key = derive_key("correct horse", SALT, CHEAP)
    assert len(key) == 32
    assert key == derive_key("correct horse", SALT, CHEAP)
    others = [
        derive_key("correct horsf", SALT, CHEAP),
        derive_key("correct horse", SALT[::-1], CHEAP),
        derive_key("correct horse", SALT, KeyCost(2, 64, 1)),
        derive_key("correct horse", SALT, KeyCost(1, 128, 1)),
    ]
    assert len({key, *others}) == 5


def test_a_passphrase_typed_on_another_keyboard_is_the_same() -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    assert composed != decomposed
    assert derive_key(composed, SALT, CHEAP) == derive_key(decomposed, SALT, CHEAP)


def test_any_passphrase_can_be_used() -> None:
    for passphrase in ("\ud800 broken terminal", "\0\0\0\0\0\0\0\0", "गोपनीय वाक्यांश", "x" * 10_000):
        assert len(derive_key(passphrase, SALT, CHEAP)) == 32


def test_secrets_are_separate_by_purpose_and_key() -> None:
    key, other = bytes(32), bytes(31) + b"\1"
    secrets = [derive_secret(key, "page"), derive_secret(key, "page:"), derive_secret(other, "page"), key]
    assert len(set(secrets)) == 4
    assert {len(secret) for secret in secrets} == {32}
    assert derive_secret(key, "page") == derive_secret(key, "page")


@pytest.mark.parametrize(
    "cost",
    [
        (0, 64, 1),
        (1, 7, 1),
        (1, 64, 0),
        (1, 15, 2),
        (1, 2**40, 1),
        (10**9, 64, 1),
        (1, 2**20 + 1, 4),
        (97, 64 * 1024, 4),
        (1, 64 * 1024, 17),
        (1000, 4 * 2**20, 4),
        (25, 2**20, 4),
    ],  # fmt: skip
)
def test_a_cost_out_of_bounds_is_refused(cost) -> None:
    with pytest.raises(ValueError, match="bounds"):
        KeyCost(*cost)


def test_the_dearest_cost_that_a_machine_can_be_given_is_within_the_bounds() -> None:
    for seconds in (0.0, 1e-4, 0.001, 0.01, 0.1, 1.0, 60.0):
        assert KeyCost.from_json(cost_for(seconds).as_json()) == cost_for(seconds)
    dearest = cost_for(0.0)
    assert (dearest.memory_kib, dearest.time_cost) == (256 * 1024, 24)


def test_the_default_cost_is_above_the_standard_s_second_choice() -> None:
    default = KeyCost()  # RFC 9106 section 4: 3 passes, 64 MiB, 4 lanes
    assert (default.time_cost, default.memory_kib, default.parallelism) >= (3, 64 * 1024, 4)
    assert default.memory_kib >= 64 * 1024

"""Barcodes that catch a slip of the finger, and which hand-overs fit."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.custody import (
    Destination,
    Move,
    Place,
    Whereabouts,
    barcode,
    give_faults,
    read_barcode,
    read_batch,
    receive_faults,
)

numbers = st.integers(1, 999_999_999)
A, B, C = barcode(1), barcode(2), barcode(3)
HERE, THERE = 7, 9


def lying(unit: int = HERE, *, dossier: int = 1, account: int | None = 5, move: Move = Move.TAKEN_IN) -> Whereabouts:
    return Whereabouts(dossier, move, Place.COUNTER, unit, account, None)


def gone(move: Move, *, batch: int = 3) -> Whereabouts:
    return Whereabouts(1, move, Place.OFFICE, THERE, None, batch)


def codes(faults: list[object]) -> list[tuple[str, object]]:
    return [(fault.code, fault.params.get("barcode")) for fault in faults]  # type: ignore[attr-defined]  # refusals


@given(numbers)
def test_a_barcode_is_read_as_it_was_written_however_it_is_typed(number: int) -> None:
    text = barcode(number)
    assert len(text) == 13
    assert read_barcode(text) == text
    assert read_barcode(f" {text.lower()} ") == text


@given(numbers, st.integers(3, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, position: int, more: int) -> None:
    text = barcode(number)
    wrong = text[:position] + str((int(text[position]) + more) % 10) + text[position + 1 :]
    assert read_barcode(wrong) is None


@given(numbers, st.integers(3, 11))
def test_two_neighbours_swapped_are_found_but_for_nought_and_nine(number: int, position: int) -> None:
    text = barcode(number)
    pair = text[position : position + 2]
    assume(pair[0] != pair[1])
    assume(set(pair) != {"0", "9"})
    assert read_barcode(text[:position] + pair[::-1] + text[position + 2 :]) is None


@given(numbers, numbers)
def test_two_numbers_have_two_barcodes(one: int, other: int) -> None:
    assert (barcode(one) == barcode(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "GT-", "GT-0000000019", "GT0000000018", "KG-0000000018", "GT-00000000181", "٠"])
def test_what_is_no_barcode_is_not_read(text: str) -> None:
    assert read_barcode(text) is None


@pytest.mark.parametrize("number", [0, -1, 1_000_000_000])
def test_numbers_that_do_not_fit_are_an_error_of_the_program(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        barcode(number)


def test_a_batch_names_what_is_no_barcode_and_what_was_scanned_twice() -> None:
    read, faults = read_batch([A, "x", A.lower(), B])
    assert read == [A, A, B]
    assert [(fault.code, fault.field) for fault in faults] == [
        ("barcode_malformed", "barcodes.1"),
        ("original_repeated", "barcodes"),
    ]


TO_OFFICE = Destination(Place.OFFICE, THERE)
MINE = frozenset({HERE})


def test_what_lies_here_may_be_given() -> None:
    for move in (Move.TAKEN_IN, Move.RECEIVED, Move.TAKEN_BACK):
        assert give_faults([A], {A: lying(move=move)}, TO_OFFICE, units_of_giver=MINE) == []


def test_every_paper_that_cannot_be_given_is_named_with_its_own_reason() -> None:
    returned, moving, elsewhere = barcode(4), barcode(5), barcode(6)
    found = {
        A: lying(),
        returned: gone(Move.RETURNED),
        moving: gone(Move.GIVEN),
        barcode(7): gone(Move.POSTED),
        elsewhere: lying(THERE),
    }
    faults = give_faults([A, B, returned, moving, barcode(7), elsewhere], found, TO_OFFICE, units_of_giver=MINE)
    assert codes(list(faults)) == [
        ("original_unknown", B),
        ("original_returned", returned),
        ("original_on_its_way", moving),
        ("original_on_its_way", barcode(7)),
        ("original_held_elsewhere", elsewhere),
    ]


def test_giving_a_paper_to_whom_has_it_is_no_hand_over() -> None:
    there = Destination(Place.COUNTER, HERE, 5)
    assert codes(list(give_faults([A], {A: lying()}, there, units_of_giver=MINE))) == [("original_there_already", A)]
    colleague = Destination(Place.COUNTER, HERE, 6)
    assert give_faults([A], {A: lying()}, colleague, units_of_giver=MINE) == []


def test_what_goes_home_belongs_to_one_dossier() -> None:
    found = {A: lying(dossier=1), B: lying(dossier=2)}
    for home in (Destination(Place.CITIZEN), Destination(Place.POST)):
        assert codes(list(give_faults([A, B], found, home, units_of_giver=MINE))) == [
            ("originals_of_several_dossiers", None)
        ]
    assert give_faults([A, B], found, TO_OFFICE, units_of_giver=MINE) == []


def test_only_what_is_on_its_way_with_this_batch_is_received() -> None:
    found = {A: gone(Move.GIVEN), B: gone(Move.RECEIVED), C: gone(Move.GIVEN, batch=4), barcode(4): gone(Move.POSTED)}
    faults = receive_faults([A, B, C, barcode(4), barcode(5)], found, hand_over=3)
    assert codes(list(faults)) == [
        ("original_confirmed_already", B),
        ("original_not_in_hand_over", C),
        ("original_not_in_hand_over", barcode(5)),
    ]

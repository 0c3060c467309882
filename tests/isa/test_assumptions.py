"""Every instruction whose semantics rest on an assumption is found by its name."""

import pytest

from isa.assumptions import _ASSUMPTIONS, IN_WORDS, assumption_of
from isa.encoding import encodings
from lnsym.conform.forms import forms


@pytest.mark.parametrize("name", ["PACIASP", "AUTIASP", "XPACLRI", "RETAA", "BRAA", "BLRABZ", "AUTDZA"])
def test_pointer_authentication(name: str) -> None:
    assert assumption_of(name) == "POINTER_AUTHENTICATION_AS_PLAIN"


@pytest.mark.parametrize("name", ["STXR", "STXRB", "STLXRH", "STXP", "STLXP"])
def test_store_exclusives(name: str) -> None:
    assert assumption_of(name) == "EXCLUSIVES_ALWAYS_SUCCEED"


@pytest.mark.parametrize(
    "name", ["CAS", "CASALB", "CASPAL", "SWPH", "LDADD", "LDADDALB", "LDUMINL", "STSET", "STEORLH"]
)
def test_atomics(name: str) -> None:
    assert assumption_of(name) == "ATOMICS_UNDISTURBED"


@pytest.mark.parametrize("name", ["RET", "BR", "BLR", "LDXR", "LDAPR", "STLR", "STR", "ADD", "STP"])
def test_others_rest_on_the_model_alone(name: str) -> None:
    assert assumption_of(name) is None


ATOMIC_CLASSES = ("compare_and_swap", "compare_and_swap_pair", "atomic_memory_operations")


def test_every_read_modify_write_of_the_model_is_among_them() -> None:
    seen = {
        form.name.split()[0]
        for encoding in encodings()
        if encoding.module.rpartition(".")[2] in ATOMIC_CLASSES
        for form in forms(encoding)
    }
    assert len(seen) > 20
    assert {name for name in seen if assumption_of(name) != "ATOMICS_UNDISTURBED"} <= {"LDAPR", "LDAPRB", "LDAPRH"}


def test_each_is_said_in_words() -> None:
    assert set(IN_WORDS) == {name for _, name in _ASSUMPTIONS}

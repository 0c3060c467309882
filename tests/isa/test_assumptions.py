"""Every instruction whose semantics rest on an assumption is found by its name."""

import pytest

from isa.assumptions import assumption_of


@pytest.mark.parametrize("name", ["PACIASP", "AUTIASP", "XPACLRI", "RETAA", "BRAA", "BLRABZ", "AUTDZA"])
def test_pointer_authentication(name: str) -> None:
    assert assumption_of(name) == "POINTER_AUTHENTICATION_AS_PLAIN"


@pytest.mark.parametrize("name", ["STXR", "STXRB", "STLXRH", "STXP", "STLXP"])
def test_store_exclusives(name: str) -> None:
    assert assumption_of(name) == "EXCLUSIVES_ALWAYS_SUCCEED"


@pytest.mark.parametrize("name", ["RET", "BR", "BLR", "LDXR", "STLR", "STR", "ADD"])
def test_others_rest_on_the_model_alone(name: str) -> None:
    assert assumption_of(name) is None

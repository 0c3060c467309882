"""The gf2 method on real machine code: pairs of AES routines and Keccak permutations, every bit symbolic."""

from __future__ import annotations

from pathlib import Path

import pytest

from crypto_specs import aes, keccak
from lnsym.bv import BV, rewrite_level, substitute, table
from lnsym.contract import Theorem
from lnsym.contract.execution import Execution
from lnsym.contract.goals import Goal
from lnsym.machine.image import load_image
from lnsym.prove.feasibility import Feasibility
from lnsym.prove.gf2 import Solver

PARAMETERS = {128: aes.AES128, 192: aes.AES192, 256: aes.AES256}


def goals_of(path: Path, theorem: Theorem, symbols: list[str]) -> list[Goal]:
    execution = Execution(load_image(path, symbols), symbols[-1], theorem)
    execution.feasible = Feasibility(execution)
    execution.run()
    assert [path.stopped for path in execution.paths] == [None]
    return execution.goals


def aes_goals(path: Path, set_key: str, crypt: str, bits: int) -> list[Goal]:
    """Set the key, then encrypt or decrypt one block."""
    t = Theorem()
    key = t.region("key", bits // 8, 8)
    schedule = t.region("schedule", 244, 8, access="rw", alignment=4)
    t.leave_unspecified(schedule)
    block = t.region("in", 16, 8)
    out = t.region("out", 16, 8, access="w")
    t.assume(key.base.ne(0))
    t.assume(schedule.base.ne(0))
    t.call(key, bits, schedule, symbol=set_key)
    t.call(block, out, schedule, symbol=crypt)
    cipher = aes.decryption if crypt.endswith("decrypt") else aes.encryption
    t.ensure(out, cipher(PARAMETERS[bits], key.elements)(block.elements))
    return goals_of(path, t, [set_key, crypt])


def keccak_goals(path: Path, symbol: str, states: int, constants: bool) -> list[Goal]:
    t = Theorem()
    state = t.region("state", 25 * states, 64, access="rw", alignment=8)
    constant_table = [t.region("constants", 24, 64, alignment=8)] if constants else []
    t.call(state, *constant_table)
    t.ensure(state, [lane for i in range(states) for lane in keccak.keccak_f1600(state.elements[25 * i : 25 * i + 25])])
    goals = goals_of(path, t, [symbol])
    if not constants:
        return goals
    values: dict[BV, BV] = {e: BV.const(keccak.round_constant(i), 64) for i, e in enumerate(constant_table[0].elements)}
    actual = substitute([goal.actual for goal in goals], values)
    return [Goal(g.name, g.kind, a, g.expected, g.conditions, g.path) for g, a in zip(goals, actual, strict=True)]


def unproved(goals: list[Goal]) -> list[str]:
    proved = Solver().prove([(goal.actual, goal.expected) for goal in goals])
    return [goal.name for goal, done in zip(goals, proved, strict=True) if not done]


AWS_LC = [("aes_hw", 128), ("vpaes", 128)]
AWS_LC_SLOW = [("aes_hw", 192), ("aes_hw", 256), ("vpaes", 192), ("vpaes", 256)]
AWS_LC_SLOW += [("aes_nohw", 128), ("aes_nohw", 192), ("aes_nohw", 256)]
OPENSSL = [("AES", 128), ("vpaes", 128)]
OPENSSL_SLOW = [("AES", 192), ("AES", 256), ("aes_v8", 128), ("aes_v8", 256), ("vpaes", 192), ("vpaes", 256)]


def slow(cases: list[tuple[str, int]]) -> list[object]:
    return [pytest.param(*case, marks=pytest.mark.slow) for case in cases]


@pytest.mark.corpus
@pytest.mark.parametrize("direction", ["encrypt", "decrypt"])
@pytest.mark.parametrize(("family", "bits"), [*AWS_LC, *slow(AWS_LC_SLOW)])
def test_aws_lc_aes(aws_lc: Path, family: str, bits: int, direction: str) -> None:
    assert not unproved(aes_goals(aws_lc, f"{family}_set_{direction}_key", f"{family}_{direction}", bits))


@pytest.mark.corpus
@pytest.mark.parametrize("direction", ["encrypt", "decrypt"])
@pytest.mark.parametrize(("family", "bits"), [*OPENSSL, *slow(OPENSSL_SLOW)])
def test_openssl_aes(openssl: Path, family: str, bits: int, direction: str) -> None:
    assert not unproved(aes_goals(openssl, f"{family}_set_{direction}_key", f"{family}_{direction}", bits))


KECCAK = [("sha3_keccak_f1600_alt", 1)]
KECCAK_SLOW = [("sha3_keccak_f1600", 1), ("sha3_keccak2_f1600", 2)]
KECCAK_SLOW += [("sha3_keccak4_f1600_alt", 4), ("sha3_keccak4_f1600_alt2", 4)]


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "states"), [*KECCAK, *slow(KECCAK_SLOW)])
def test_aws_lc_keccak(aws_lc: Path, symbol: str, states: int) -> None:
    assert not unproved(keccak_goals(aws_lc, symbol, states, constants=True))


@pytest.mark.corpus
@pytest.mark.parametrize("symbol", ["KeccakF1600", "KeccakF1600_cext"])
def test_openssl_keccak(openssl: Path, symbol: str) -> None:
    assert not unproved(keccak_goals(openssl, symbol, 1, constants=False))


@pytest.mark.corpus
@pytest.mark.slow
def test_at_rewrite_level_0(aws_lc: Path) -> None:
    with rewrite_level(0):
        goals = aes_goals(aws_lc, "vpaes_set_encrypt_key", "vpaes_encrypt", 128)
        goals += keccak_goals(aws_lc, "sha3_keccak_f1600_alt", 1, constants=True)
    assert not unproved(goals)


@pytest.mark.corpus
def test_another_cipher_is_not_what_the_code_computes(aws_lc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = list(aes.SBOX.entries)
    entries[0x53], entries[0x54] = entries[0x54], entries[0x53]
    monkeypatch.setattr(aes, "SBOX", table(entries, 8))
    goals = aes_goals(aws_lc, "vpaes_set_encrypt_key", "vpaes_encrypt", 128)
    assert unproved(goals) == [f"out[{i}]" for i in range(16)]

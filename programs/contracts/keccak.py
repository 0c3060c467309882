"""Keccak-f[1600]: one permutation, and two or four side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crypto_specs import keccak
from lnsym.bv import BV, lookup, table
from lnsym.contract import Theorem, contract

LANES = 25
ROUNDS = 24


def _permutations(t: Theorem, states: int, constants: bool) -> None:
    state = t.region("state", LANES * states, 64, access="rw", alignment=8)
    if constants:
        known = {i: keccak.round_constant(i) for i in range(ROUNDS)}
        t.call(state, t.region("round_constants", ROUNDS, 64, alignment=8, fixed=known))
    else:
        t.call(state)
    lanes = state.elements
    permuted = [keccak.keccak_f1600(lanes[LANES * i : LANES * (i + 1)]) for i in range(states)]
    t.ensure(state, [lane for one in permuted for lane in one])


@contract(
    "keccak-f1600",
    routines=[
        "sha3_keccak_f1600*",
        "KeccakF1600_hw",
        "KeccakF1600",
        "KeccakF1600_cext",
        "jent_keccakp_1600",
    ],
)
def keccak_f1600(t: Theorem) -> None:
    """void f(uint64_t state[25]), or with the 24 round constants as a second argument. FIPS 202, section 3.3.

    Lane (x, y) is state[5 * y + x].
    """
    _permutations(t, 1, constants=t.routine.startswith("sha3_"))


@contract("keccak-f1600-x2", routines=["sha3_keccak2_f1600*"])
def keccak_f1600_x2(t: Theorem) -> None:
    """void f(uint64_t states[50], const uint64_t round_constants[24]): two permutations."""
    _permutations(t, 2, constants=True)


@contract("keccak-f1600-x4", routines=["sha3_keccak4_f1600*"])
def keccak_f1600_x4(t: Theorem) -> None:
    """void f(uint64_t states[100], const uint64_t round_constants[24]): four permutations."""
    _permutations(t, 4, constants=True)


GENERAL = [f"x{n}" for n in (*range(18), 25, *range(19, 25))]
"""Where `KeccakF1600_int` has lanes 0 to 24: X18 is the platform's, X25 stands in for it."""

VECTOR = [f"d{n}" for n in range(LANES)]
SAVED_GENERAL = [f"x{n}" for n in range(19, 30)]
SAVED_VECTOR = [f"d{n}" for n in range(8, 16)]


@contract("keccak-f1600-registers", routines=["KeccakF1600_int", "KeccakF1600_ce"])
def keccak_f1600_registers(t: Theorem) -> None:
    """The permutation inside a library's own wrapper: the lanes come and go in registers, nothing callee-saved is kept.

    `KeccakF1600_int` has them in general-purpose registers and keeps words in 32 bytes of its caller's frame, `KeccakF1600_ce` in the
    low halves of vector registers.
    """
    lanes = [t.value(f"lane[{i}]", 64, secret=True) for i in range(LANES)]
    scalar = t.routine.startswith("KeccakF1600_int")
    names = GENERAL if scalar else VECTOR
    t.own_convention(
        dict(zip(names, lanes, strict=True)),
        changes=SAVED_GENERAL if scalar else SAVED_VECTOR,
        frame=32 if scalar else 0,
    )
    t.call()
    t.ensure_registers(dict(zip(names, keccak.keccak_f1600(lanes), strict=True)))


def _step(t: Theorem, mapping: Callable[[Sequence[BV]], list[BV]]) -> None:
    state = t.region("state", LANES, 64, access="rw", alignment=8)
    t.call(state)
    t.ensure(state, mapping(state.elements))


@contract("keccak-theta", routines=["jent_keccakp_theta"])
def keccak_theta(t: Theorem) -> None:
    """void f(uint64_t state[25]): one step mapping. FIPS 202, section 3.2.1."""
    _step(t, keccak.theta)


@contract("keccak-rho", routines=["jent_keccakp_rho"])
def keccak_rho(t: Theorem) -> None:
    """void f(uint64_t state[25]). FIPS 202, section 3.2.2."""
    _step(t, keccak.rho)


@contract("keccak-pi", routines=["jent_keccakp_pi"])
def keccak_pi(t: Theorem) -> None:
    """void f(uint64_t state[25]). FIPS 202, section 3.2.3."""
    _step(t, keccak.pi)


@contract("keccak-chi", routines=["jent_keccakp_chi"])
def keccak_chi(t: Theorem) -> None:
    """void f(uint64_t state[25]). FIPS 202, section 3.2.4."""
    _step(t, keccak.chi)


@contract("keccak-iota", routines=["jent_keccakp_iota"])
def keccak_iota(t: Theorem) -> None:
    """void f(uint64_t state[25], unsigned round): round 0 to 23. FIPS 202, section 3.2.5."""
    state = t.region("state", LANES, 64, access="rw", alignment=8)
    i_r = t.value("round", 5)
    t.assume(i_r.ult(ROUNDS))
    t.call(state, i_r.zero_extend(32))
    constants = table([keccak.round_constant(i) for i in range(ROUNDS)], 64)
    t.ensure(state, [state.elements[0] ^ lookup(constants, i_r), *state.elements[1:]])

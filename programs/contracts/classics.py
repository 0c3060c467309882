"""The small classics of `programs/samples`: what each must return or leave in memory."""

from __future__ import annotations

from lnsym.bv import BV, concat, ite
from lnsym.bv.sums import sum_of
from lnsym.contract import Theorem, contract


@contract("popcount64", routines=["popcount64*"])
def popcount64(t: Theorem) -> None:
    """uint64_t popcount64(uint64_t x): how many bits of x are set."""
    x = t.value("x", 64, secret=True)
    t.call(x)
    t.ensure_result(sum_of([x[i].zero_extend(7) for i in range(64)]).zero_extend(64))


@contract("abs64", routines=["abs64*"])
def abs64(t: Theorem) -> None:
    """uint64_t abs64(int64_t x): the absolute value; that of the least number is 2**63."""
    x = t.value("x", 64, secret=True)
    t.call(x)
    t.ensure_result(ite(x.slt(0), -x, x))


@contract("max_u64", routines=["max_u64*", "clobbers_x19"])
def max_u64(t: Theorem) -> None:
    """uint64_t max_u64(uint64_t a, uint64_t b): the greater one, unsigned."""
    a, b = t.value("a", 64, secret=True), t.value("b", 64, secret=True)
    t.call(a, b)
    t.ensure_result(ite(a.ult(b), b, a))


@contract("max_s32", routines=["max_s32"])
def max_s32(t: Theorem) -> None:
    """int32_t max_s32(int32_t a, int32_t b): the greater one, two's complement."""
    a, b = t.value("a", 32, secret=True), t.value("b", 32, secret=True)
    t.call(a, b)
    t.ensure_result(ite(a.slt(b), b, a))


@contract("add_loop", routines=["add_loop"])
def add_loop(t: Theorem) -> None:
    """uint64_t add_loop(uint64_t a): a + 1 + 2 + ... + 8."""
    a = t.value("a", 64, secret=True)
    t.call(a)
    t.ensure_result(a + sum(range(1, 9)))


@contract("memcpy_64", routines=["memcpy_64*"])
def memcpy_64(t: Theorem) -> None:
    """void memcpy_64(uint8_t dst[64], const uint8_t src[64]): a copy of 64 bytes."""
    dst = t.region("dst", 64, 8, access="w")
    src = t.region("src", 64, 8)
    t.call(dst, src)
    t.ensure(dst, src.elements)


@contract("memcpy_loop", routines=["memcpy_loop"])
def memcpy_loop(t: Theorem, size: int = 32) -> None:
    """void memcpy_loop(uint8_t *dst, const uint8_t *src, size_t size): a copy of `size` bytes."""
    dst = t.region("dst", size, 8, access="w")
    src = t.region("src", size, 8)
    t.call(dst, src, size)
    t.ensure(dst, src.elements)


@contract("reverse_bytes64", routines=["reverse_bytes64"])
def reverse_bytes64(t: Theorem) -> None:
    """uint64_t reverse_bytes64(uint64_t x): the bytes of x in the opposite order."""
    x = t.value("x", 64, secret=True)
    t.call(x)
    t.ensure_result(concat(*[x[low + 7 : low] for low in range(0, 64, 8)]))


@contract("rotate_left32", routines=["rotate_left_by_masks32"])
def rotate_left32(t: Theorem) -> None:
    """uint32_t rotate_left32(uint32_t x, uint32_t n): x rotated left by n modulo 32."""
    x, n = t.value("x", 32, secret=True), t.value("n", 32)
    t.call(x, n)
    rotated: BV = x
    for bit in range(5):
        rotated = ite(n[bit], rotated.rotate_left(1 << bit), rotated)
    t.ensure_result(rotated)

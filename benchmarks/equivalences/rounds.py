"""Rounds of hash functions and ciphers: the standard's wording against the ways in which implementations write them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from operator import xor

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from benchmarks.equivalences.s_boxes import sm4_by_tower
from crypto_specs import chacha, keccak, octets, sha2, sm3, sm4
from isa.lanes import join, lanes, lanewise
from lnsym.bv import BV, concat


def words(name: str, count: int, width: int = 32) -> list[BV]:
    """Variables `name[0]`, `name[1]` and so on."""
    return [BV.var(f"{name}[{i}]", width) for i in range(count)]


def nested_rotations(amounts: tuple[int, int, int], x: BV) -> BV:
    """A capital sigma as one rotation of an XOR of rotations."""
    i, j, k = amounts
    return (x ^ x.rotate_right(j - i) ^ x.rotate_right(k - i)).rotate_right(i)


# SHA-2


def sha256_rounds(rounds: int) -> Sides:
    """Rounds of SHA-256: no word moves, Ch and Maj by fewer gates, the sums in another order; against FIPS 180-4."""
    k, big_sigma0, big_sigma1 = sha2.SHA256.k, sha2.SHA256.big_sigma0, sha2.SHA256.big_sigma1
    state, message = words("state", 8), words("w", rounds)
    a, b, c, d, e, f, g, h = state
    for t, w in enumerate(message):
        t1 = h + sha2.big_sigma(big_sigma1, e) + sha2.ch(e, f, g) + k[t] + w
        t2 = sha2.big_sigma(big_sigma0, a) + sha2.maj(a, b, c)
        h, g, f, e, d, c, b, a = g, f, e, d + t1, c, b, a, t1 + t2
    row = list(state)
    previous = row[1] ^ row[2]
    for t, w in enumerate(message):
        at = [(i - t) % 8 for i in range(8)]
        x, y, _, v, p, q, r, _ = (row[i] for i in at)
        total = row[at[7]] + (w + k[t])
        total = total + (((q ^ r) & p) ^ r)
        total = total + nested_rotations(big_sigma1, p)
        row[at[3]] = v + total
        differing = x ^ y
        total = total + ((differing & previous) ^ y)
        previous = differing
        row[at[7]] = total + nested_rotations(big_sigma0, x)
    return Sides(concat(*[row[(i - rounds) % 8] for i in range(8)]), concat(a, b, c, d, e, f, g, h))


def sha512_schedule() -> Sides:
    """Eight words of SHA-512's message schedule: sigmas by shifts and ORs, in pairs as SHA512SU0 and SHA512SU1 take them."""
    message = words("w", 16, 64)
    expected = list(message)
    for t in range(16, 24):
        sigma1 = sha2.small_sigma(sha2.SHA512.small_sigma1, expected[t - 2])
        sigma0 = sha2.small_sigma(sha2.SHA512.small_sigma0, expected[t - 15])
        expected.append(sigma1 + expected[t - 7] + sigma0 + expected[t - 16])

    def sigma0_by_shifts(x: BV) -> BV:
        return ((x >> 1) ^ (x >> 8) ^ (x >> 7)) ^ ((x << 63) ^ (x << 56))

    def sigma1_by_shifts(x: BV) -> BV:
        return (((x >> 19) | (x << 45)) ^ (x << 3)) ^ ((x >> 6) ^ (x >> 61))

    row = list(message)
    for t in range(0, 8, 2):
        low = row[t] + sigma0_by_shifts(row[t + 1]), row[t + 1] + sigma0_by_shifts(row[t + 2])
        high = sigma1_by_shifts(row[t + 14]) + row[t + 9], sigma1_by_shifts(row[t + 15]) + row[t + 10]
        row += [low[0] + high[0], high[1] + low[1]]
    return Sides(concat(*row[16:]), concat(*expected[16:]))


# ChaCha


def rotated_left_in_lanes(vector: BV, amount: int) -> BV:
    """Words of a vector rotated as vector code does: halves or bytes moved where that will do, else USHR and SLI."""
    if amount == 16:
        return lanewise(lambda x: concat(x[15:0], x[31:16]), 32, vector)
    if amount == 8:  # TBL
        byte = lanes(vector, 8)
        return join([byte[i - i % 4 + (i - 1) % 4] for i in range(16)])
    return lanewise(lambda x: (x << amount) | (x >> (32 - amount)), 32, vector)


def vector_quarter_rounds(rows: Sequence[BV]) -> list[BV]:
    """Four quarter rounds, on the lanes of four vectors."""
    a, b, c, d = rows
    for first, second in ((16, 12), (8, 7)):
        a = lanewise(BV.__add__, 32, a, b)
        d = rotated_left_in_lanes(d ^ a, first)
        c = lanewise(BV.__add__, 32, c, d)
        b = rotated_left_in_lanes(b ^ c, second)
    return [a, b, c, d]


def chacha_inner_block() -> Sides:
    """A column round and a diagonal round on four vectors, diagonals by EXT, against RFC 8439 on sixteen words."""
    state = words("s", 16)
    rows = [join(state[4 * i : 4 * i + 4]) for i in range(4)]
    for direction in (1, -1):
        rows = vector_quarter_rounds(rows)
        rows = [row.rotate_right(32 * i * direction) for i, row in enumerate(rows)]
    return Sides(concat(*reversed(rows)), join(chacha.inner_block(state)))


def chacha_quarter_round() -> Sides:
    """A quarter round with each sum in two halves of 16 bits, as code for narrower lanes has it, against RFC 8439."""
    a, b, c, d = words("s", 4)

    def added(x: BV, y: BV) -> BV:
        low = x[15:0].zero_extend(32) + y[15:0].zero_extend(32)
        high = x[31:16] + y[31:16] + (low >> 16)[15:0]
        return concat(high, low[15:0])

    expected = concat(*chacha.quarter_round(a, b, c, d))
    for first, second in ((16, 12), (8, 7)):
        a = added(a, b)
        d = (d ^ a).rotate_left(first)
        c = added(c, d)
        b = (b ^ c).rotate_left(second)
    return Sides(concat(a, b, c, d), expected)


# SM3, SM4


def sm3_rounds(first: int, rounds: int) -> Sides:
    """Rounds of SM3: FF and GG by fewer gates, the sums in another order, words renamed; against GB/T 32905, section 5.3.3.

    Rounds before 16 have other functions than those from 16 on.
    """
    state, message = words("state", 8), words("w", rounds + 4)
    a, b, c, d, e, f, g, h = state
    p, q, r, s, t, u, v, x = state
    for j, n in enumerate(range(first, first + rounds)):
        w, w_prime, constant = message[j], message[j] ^ message[j + 4], sm3.t(n).rotate_left(n % 32)
        ss1 = (a.rotate_left(12) + e + constant).rotate_left(7)
        ss2 = ss1 ^ a.rotate_left(12)
        tt1 = sm3.ff(n, a, b, c) + d + ss2 + w_prime
        tt2 = sm3.gg(n, e, f, g) + h + ss1 + w
        a, b, c, d = tt1, a, b.rotate_left(9), c
        e, f, g, h = sm3.p0(tt2), e, f.rotate_left(19), g
        turned = p.rotate_left(12)
        ss1 = (constant + (t + turned)).rotate_left(7)
        chosen = ((u ^ v) & t) ^ v if n >= 16 else v ^ t ^ u
        majority = (p & q) | ((p | q) & r) if n >= 16 else r ^ (p ^ q)
        x = (x + w) + (ss1 + chosen)
        s = (s + w_prime) + ((ss1 ^ turned) + majority)
        x = x ^ (x ^ x.rotate_left(8)).rotate_left(9)
        p, q, r, s, t, u, v, x = s, p, q.rotate_right(23), r, x, t, u.rotate_right(13), v
    return Sides(concat(p, q, r, s, t, u, v, x), concat(a, b, c, d, e, f, g, h))


def sm4_round() -> Sides:
    """A round of SM4: the S-box by gates in a tower of fields, against GB/T 32907."""
    *x, key = words("x", 5)
    mixed = octets.big_endian_octets(x[1] ^ x[2] ^ x[3] ^ key)
    by_gates = x[0] ^ sm4.linear(octets.big_endian(list(map(sm4_by_tower, mixed))))
    return Sides(by_gates, sm4.round_function(x[0], x[1], x[2], x[3], key))


# Keccak

COMPLEMENTED = (1, 2, 8, 12, 17, 20)
"""Lanes kept complemented, so that chi needs fewer NOTs (G. Bertoni and others, Keccak implementation overview, 2012, section 2.2)."""


def keccak_round() -> Sides:
    """A round of Keccak-f[1600]: lanes complemented and chi by AND and OR, against FIPS 202."""
    lane = words("lane", 25, 64)
    row = [~a if i in COMPLEMENTED else a for i, a in enumerate(lane)]
    c = [row[x] ^ (row[x + 5] ^ row[x + 10]) ^ (row[x + 15] ^ row[x + 20]) for x in range(5)]
    d = [c[(x + 1) % 5].rotate_right(63) ^ c[(x + 4) % 5] for x in range(5)]
    moved = keccak.pi(keccak.rho([row[i] ^ d[i % 5] for i in range(25)]))
    row = [word for y in range(5) for word in complemented_chi(y, moved[5 * y : 5 * y + 5])]
    row[0] = row[0] ^ keccak.round_constant(0)
    back = [~a if i in COMPLEMENTED else a for i, a in enumerate(row)]
    return Sides(concat(*back), concat(*keccak.keccak_round(lane, 0)))


def complemented_chi(y: int, b: Sequence[BV]) -> list[BV]:
    """Chi on a plane whose lanes come complemented as theta, rho and pi leave them, and leave as COMPLEMENTED says."""
    come, leave = PLANES[y]
    result = []
    for x in range(5):
        first, second = b[(x + 1) % 5], b[(x + 2) % 5]
        if come[(x + 1) % 5]:  # ~x1 & x2, of ~x1
            product = first & (~second if come[(x + 2) % 5] else second)
            flipped = come[x] ^ leave[x]
        else:  # ~(~x1 & x2) = x1 | ~x2
            product = first | (second if come[(x + 2) % 5] else ~second)
            flipped = come[x] ^ leave[x] ^ True
        result.append(b[x] ^ (~product if flipped else product))
    return result


def planes() -> list[tuple[list[bool], list[bool]]]:
    """For each plane which of its lanes come to chi complemented and which leave it so."""
    come = [i in COMPLEMENTED for i in range(25)]
    parity = [reduce(xor, come[x::5]) for x in range(5)]
    after_theta = [come[i] ^ parity[(i - 1) % 5] ^ parity[(i + 1) % 5] for i in range(25)]
    moved = [after_theta[5 * x + (x + 3 * y) % 5] for y in range(5) for x in range(5)]
    return [(moved[5 * y : 5 * y + 5], come[5 * y : 5 * y + 5]) for y in range(5)]


PLANES = planes()


GOALS = [
    EquivalenceGoal("sha256-1-round", partial(sha256_rounds, 1), level=0),
    EquivalenceGoal("sha256-4-rounds", partial(sha256_rounds, 4), level=0),
    EquivalenceGoal("sha256-16-rounds", partial(sha256_rounds, 16), level=0),
    EquivalenceGoal("sha512-schedule-8-words", sha512_schedule, level=0),
    EquivalenceGoal("chacha-quarter-round-halves", chacha_quarter_round),
    EquivalenceGoal("chacha-inner-block-vectors", chacha_inner_block, level=0),
    EquivalenceGoal("sm3-4-rounds", partial(sm3_rounds, 14, 4), level=0),
    EquivalenceGoal("sm4-round-by-gates", sm4_round, level=0),
    EquivalenceGoal("keccak-round-complemented", keccak_round, level=0),
]

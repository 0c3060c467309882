"""S-boxes and products in GF(2^8): tables, circuits, towers of fields, inversion by a power, logarithms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, reduce
from operator import xor

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from crypto_specs import aes, octets
from lnsym.bv import BV, concat, lookup, table

BOYAR_PERALTA = """
y14=x3+x5 y13=x0+x6 y9=x0+x3 y8=x0+x5 t0=x1+x2 y1=t0+x7 y4=y1+x3 y12=y13+y14 y2=y1+x0 y5=y1+x6 y3=y5+y8
t1=x4+y12 y15=t1+x5 y20=t1+x1 y6=y15+x7 y10=y15+t0 y11=y20+y9 y7=x7+y11 y17=y10+y11 y19=y10+y8 y16=t0+y11
y21=y13+y16 y18=x0+y16
t2=y12*y15 t3=y3*y6 t4=t3+t2 t5=y4*x7 t6=t5+t2 t7=y13*y16 t8=y5*y1 t9=t8+t7 t10=y2*y7 t11=t10+t7 t12=y9*y11
t13=y14*y17 t14=t13+t12 t15=y8*y10 t16=t15+t12 t17=t4+t14 t18=t6+t16 t19=t9+t14 t20=t11+t16 t21=t17+y20
t22=t18+y19 t23=t19+y21 t24=t20+y18
t25=t21+t22 t26=t21*t23 t27=t24+t26 t28=t25*t27 t29=t28+t22 t30=t23+t24 t31=t22+t26 t32=t31*t30 t33=t32+t24
t34=t23+t33 t35=t27+t33 t36=t24*t35 t37=t36+t34 t38=t27+t36 t39=t29*t38 t40=t25+t39
t41=t40+t37 t42=t29+t33 t43=t29+t40 t44=t33+t37 t45=t42+t41
z0=t44*y15 z1=t37*y6 z2=t33*x7 z3=t43*y16 z4=t40*y1 z5=t29*y7 z6=t42*y11 z7=t45*y17 z8=t41*y10 z9=t44*y12
z10=t37*y3 z11=t33*y4 z12=t43*y13 z13=t40*y5 z14=t29*y2 z15=t42*y9 z16=t45*y14 z17=t41*y8
t46=z15+z16 t47=z10+z11 t48=z5+z13 t49=z9+z10 t50=z2+z12 t51=z2+z5 t52=z7+z8 t53=z0+z3 t54=z6+z7 t55=z16+z17
t56=z12+t48 t57=t50+t53 t58=z4+t46 t59=z3+t54 t60=t46+t57 t61=z14+t57 t62=t52+t58 t63=t49+t58 t64=z4+t59
t65=t61+t62 t66=z1+t63 s0=t59+t63 s6=t56#t62 s7=t48#t60 t67=t64+t65 s3=t53+t66 s4=t51+t66 s5=t47+t65 s1=t64#s3
s2=t55#t67
"""
"""The S-box in 113 gates, 32 of them AND; x0 and s0 are the highest bits, + is XOR, * is AND, # is XNOR.

J. Boyar, R. Peralta, A new combinational logic minimization technique with applications to cryptology, 2010, section 4.
"""

GATES: dict[str, Callable[[BV, BV], BV]] = {"+": BV.__xor__, "*": BV.__and__, "#": lambda a, b: ~(a ^ b)}


def by_circuit(x: BV) -> BV:
    """The AES S-box by the circuit of Boyar and Peralta."""
    wires = {f"x{i}": x[7 - i] for i in range(8)}
    for gate in BOYAR_PERALTA.split():
        wire, formula = gate.split("=")
        kind = next(symbol for symbol in GATES if symbol in formula)
        wires[wire] = GATES[kind](*[wires[name] for name in formula.split(kind)])
    return concat(*[wires[f"s{i}"] for i in range(8)])


# Fields


def product(modulus: int, x: BV, y: BV) -> BV:
    """The product in GF(2)[z] modulo a polynomial of the words' width as its degree, by doubling and adding."""
    width = x.width
    total = BV.const(0, width)
    for i in range(width):
        total = total ^ (x & y[i].sign_extend(width))
        x = (x << 1) ^ (x[width - 1].sign_extend(width) & modulus)
    return total


AES_MODULUS = 0x11B
"""x^8 + x^4 + x^3 + x + 1. FIPS 197, section 4.2."""

SM4_MODULUS = 0x1F5
"""x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1 (F. Liu and others, Analysis of the SMS4 block cipher, 2007)."""

NIBBLE_MODULUS = 0b10011
LAMBDA = 0b1000
"""The tower is GF(2^4) = GF(2)[z]/(z^4 + z + 1) and GF(2^8) = GF(2^4)[w]/(w^2 + w + z^3)."""


def nibble_product(x: BV, y: BV) -> BV:
    """The product in GF(2^4)."""
    return product(NIBBLE_MODULUS, x, y)


def nibble_square(x: BV) -> BV:
    """The square in GF(2^4), a linear map."""
    return concat(x[3], x[3] ^ x[1], x[2], x[2] ^ x[0])


def tower_product(x: BV, y: BV) -> BV:
    """The product of x1 w + x0 and y1 w + y0."""
    both = nibble_product(x[7:4], y[7:4])
    cross = nibble_product(x[7:4], y[3:0]) ^ nibble_product(x[3:0], y[7:4])
    return concat(both ^ cross, nibble_product(x[3:0], y[3:0]) ^ nibble_product(both, BV.const(LAMBDA, 4)))


def tower_inverse(x: BV) -> BV:
    """The inverse of x1 w + x0, and 0 of 0: (x1 w + x1 + x0) divided by the norm, z^3 x1^2 + x1 x0 + x0^2."""
    high, low = x[7:4], x[3:0]
    square = nibble_product(nibble_square(high), BV.const(LAMBDA, 4))
    norm = square ^ nibble_product(high, low) ^ nibble_square(low)
    second = nibble_square(norm)
    fourth = nibble_square(second)
    inverse = nibble_product(nibble_product(second, fourth), nibble_square(fourth))  # norm^14
    return concat(nibble_product(high, inverse), nibble_product(high ^ low, inverse))


def matrix_times(columns: Sequence[int], x: BV) -> BV:
    """A matrix over GF(2) times a word: the XOR of the columns where the word has a 1."""
    return reduce(xor, [x[i].sign_extend(8) & column for i, column in enumerate(columns)])


@cache
def isomorphism(modulus: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns of a matrix from GF(2)[x]/(modulus) to the tower and of its inverse."""
    for root in range(2, 256):
        powers = [BV.const(1, 8)]
        for _ in range(8):
            powers.append(tower_product(powers[-1], BV.const(root, 8)))
        if not reduce(xor, [power.value for i, power in enumerate(powers) if modulus >> i & 1]):
            columns = tuple([power.value for power in powers[:8]])
            images = [matrix_times(columns, BV.const(x, 8)).value for x in range(256)]
            return columns, tuple([images.index(1 << i) for i in range(8)])
    raise ValueError(f"no field: {modulus:#x} is reducible")


def inverse(modulus: int, x: BV) -> BV:
    """The inverse in GF(2)[x]/(modulus), and 0 of 0, by way of the tower."""
    into, back = isomorphism(modulus)
    return matrix_times(back, tower_inverse(matrix_times(into, x)))


# Goals


def aes_box() -> Sides:
    """SBOX() of FIPS 197: Boyar and Peralta's circuit against the table."""
    x = BV.var("x", 8)
    return Sides(by_circuit(x), lookup(aes.SBOX, x))


def aes_inverse_box() -> Sides:
    """INVSBOX() of FIPS 197: in a tower of fields against the table."""
    x = BV.var("x", 8)
    linear = x.rotate_left(1) ^ x.rotate_left(3) ^ x.rotate_left(6) ^ 0x05
    return Sides(inverse(AES_MODULUS, linear), lookup(aes.INV_SBOX, x))


def sm4_by_tower(x: BV) -> BV:
    """SM4's S-box: A (A x + c)^-1 + c with A a circulant matrix (F. Liu and others, 2007)."""

    def affine(b: BV) -> BV:
        return reduce(xor, [b.rotate_left(amount) for amount in (0, 1, 3, 6, 7)]) ^ 0xD3

    return affine(inverse(SM4_MODULUS, affine(x)))


def aes_column() -> Sides:
    """A column of an AES round: four T-tables of 32 bits, against the circuit and MIXCOLUMNS()."""
    column = [BV.var(f"s[{i}]", 8) for i in range(4)]
    box = [BV.const(entry, 8) for entry in aes.SBOX.entries]
    words = [octets.big_endian([aes.multiply(c, s) for c in (2, 1, 1, 3)]).value for s in box]
    tables = [lookup(table(words, 32), s).rotate_right(8 * i) for i, s in enumerate(column)]
    mixed = aes.multiply_by_matrix((2, 3, 1, 1), [by_circuit(s) for s in column])
    return Sides(reduce(xor, tables), octets.big_endian(mixed))


def product_by_logarithms() -> Sides:
    """A product in the field of AES by tables of logarithms, as erasure codes do, against doubling and adding."""
    x, y = BV.var("x", 8), BV.var("y", 8)
    powers = [BV.const(1, 8)]
    for _ in range(254):
        powers.append(aes.multiply(3, powers[-1]))
    values = [power.value for power in powers]
    logarithms = table([values.index(n) if n else 0 for n in range(256)], 9)
    exponent = lookup(logarithms, x) + lookup(logarithms, y)
    found = lookup(table((values * 2)[:510], 8), exponent)
    some = (x.ne(0) & y.ne(0)).sign_extend(8)
    return Sides(found & some, product(AES_MODULUS, x, y))


GOALS = [
    EquivalenceGoal("aes-sbox-circuit", aes_box, level=0),
    EquivalenceGoal("aes-inverse-sbox-tower", aes_inverse_box, level=0),
    EquivalenceGoal("aes-column-by-tables", aes_column, level=0),
    EquivalenceGoal("gf256-by-logarithms", product_by_logarithms),
]

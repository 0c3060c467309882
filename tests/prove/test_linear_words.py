"""Linear words: a form has the value of its term, and words that are one XOR of maps have one form however they are assembled."""

from __future__ import annotations

from random import Random

import pytest

from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table, topological, variables
from lnsym.prove.joining import maps
from lnsym.prove.joining.linear import Forms
from lnsym.prove.joining.maps import LinearForm, turned

WIDTHS = (1, 2, 7, 8, 9, 16, 32, 64, 128)


def form_of(term: BV, forms: Forms | None = None) -> LinearForm:
    forms = Forms() if forms is None else forms
    for each in topological([term]):
        forms.add(each)
    return forms.of[term]


def keys(*terms: BV) -> list[tuple[object, int]]:
    """What the forms of terms are in one run: key and constant."""
    forms = Forms()
    return [(form_of(term, forms).key, form_of(term, forms).constant) for term in terms]


def value_of(form: LinearForm, atoms: dict[int, int], widths: dict[int, int]) -> int:
    """By the definition: each bit is the parity of a row and a wide atom's value, or a row's bit at a narrow atom's value."""
    result = form.constant
    for atom, rows in form.rows.items():
        narrow = widths[atom] <= maps.MAX_TABLE
        step = 1 << widths[atom] if narrow else widths[atom]
        for bit in range(form.width):
            row = rows >> bit * step & ((1 << step) - 1)
            result ^= (row >> atoms[atom] & 1 if narrow else (row & atoms[atom]).bit_count() & 1) << bit
        assert rows >> form.width * step == 0
    return result


def assert_exact(forms: Forms, terms: list[BV], random: Random) -> None:
    """The forms of the terms and of all below them, and terms made of these forms, on a few values."""
    order = topological(terms)
    for term in order:
        forms.add(term)
    atoms = dict(forms.atoms)
    made = [forms.term(forms.of[term]) for term in order]
    roots = [*order, *atoms.values(), *made]
    widths = {serial: atom.width for serial, atom in atoms.items()}
    samples = [{v: random.choice([0, -1, 1, random.getrandbits(v.width)]) for v in variables(roots)} for _ in range(4)]
    for row in evaluate(roots, samples):
        at = dict(zip(atoms, row[len(order) :], strict=False))
        for term, value, again in zip(order, row, row[-len(order) :], strict=False):
            form = forms.of[term]
            assert value_of(form, at, widths) == value == again, term
            assert value & ~forms.support(form) == 0, term


def random_term(random: Random, pool: list[BV], bits: list[BV]) -> BV:
    """A word made of some of the pool."""
    width = pool[0].width
    x, y, z = (random.choice(pool) for _ in range(3))
    bit, mask, turn = random.choice(bits), random.getrandbits(width), random.randrange(width)
    entries = table([random.getrandbits(width) for _ in range(random.choice([1, 3, 200, 256]))], width)
    low = x[min(width, 8) - 1 : 0]
    made = [
        lambda: x ^ y.rotate_right(turn) ^ mask,
        lambda: x & mask ^ z,
        lambda: (x ^ mask) & y,
        lambda: ~x & ~y.rotate_right(turn),
        lambda: x & y.rotate_right(turn) & z,
        lambda: x | y,
        lambda: x + y * mask,
        lambda: (x & mask) + (y & ~mask),
        lambda: (x << turn) + (y >> (width - turn)),
        lambda: x - y,
        lambda: x * y,
        lambda: concat(x[turn:0], y[width - 1 : turn])[width:1],
        lambda: concat(bit, x[width - 1 : 1]) if width > 1 else bit,
        lambda: bit.sign_extend(width),
        lambda: x[turn:0].sign_extend(width),
        lambda: ite(bit, x, x ^ mask),
        lambda: ite(bit, x, y),
        lambda: ite(bit, x + mask, x),
        lambda: lookup(entries, low),
        lambda: lookup(entries, low ^ mask & 0xFF) ^ lookup(entries, low),
        lambda: lookup(entries, concat(BV.const(random.getrandbits(3), 3), low)),
        lambda: lookup(entries, concat(bit, low)),
        lambda: lookup(entries, x & 15),
        lambda: x.udiv(y) ^ x.sdiv(z),
        lambda: x << y,
        lambda: (x >> y) ^ x.shift_right_arithmetic(z),
        lambda: clmul(x, y)[width - 1 : 0],
        lambda: (x & 3) * 5 ^ (x & 3).udiv(2),
    ]
    return random.choice(made)()


def random_terms(random: Random, width: int) -> list[BV]:
    """Terms by every operator over three words of a width and two bits."""
    pool = [BV.var(f"{name}{width}", width) for name in "xyz"]
    bits = [BV.var("p", 1), BV.var("q", 1)]
    for _ in range(14):
        x, y = random.choice(pool), random.choice(pool)
        conditions = [x.eq(y), x.ult(random.getrandbits(width)), x.slt(y), x[random.randrange(width)], bits[-1] & x[0]]
        bits.append(random.choice(conditions))
        with rewrite_level(random.choice([0, 1, 1])):
            pool.append(random_term(random, pool, bits))
    return [*pool, *bits]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_form_has_the_value_of_its_term(width: int) -> None:
    random = Random(width)
    for _ in range(6):
        assert_exact(Forms(), random_terms(random, width), random)


def test_a_product_without_its_constant_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    product = Forms.product

    def without(self: Forms, one: LinearForm, other: LinearForm, words: tuple[BV, BV]) -> LinearForm:
        return product(self, LinearForm(one.width, 0, one.rows), other, words)

    monkeypatch.setattr(Forms, "product", without)
    with pytest.raises(AssertionError):
        test_a_product_of_words_whose_forms_have_constants_is_exact()


@pytest.mark.parametrize("rule", ["rotated", "sliced", "shifted"])
def test_a_map_moved_by_one_bit_is_seen(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(Forms, rule)
    moved = lambda self, form, amount, *more: right(self, form, amount + (0 < amount < form.width - 1), *more)  # noqa: E731
    monkeypatch.setattr(Forms, rule, moved)
    with pytest.raises(AssertionError):
        test_a_form_has_the_value_of_its_term(16)


A, B, C = (BV.var(name, 32) for name in "abc")
BYTE = BV.var("byte", 8)
T = table([n * n % 251 for n in range(256)], 8)


def long_xor(terms: list[BV]) -> BV:
    total = terms[0]
    for term in terms[1:]:
        total = total ^ term
    return total


def test_an_xor_of_rotations_has_one_form_in_any_order() -> None:
    """More of them than the normal forms keep apart."""
    parts = [word.rotate_right(7 * n % 32) for word in (A, B, C) for n in range(20)]
    shuffled = Random(0).sample(parts, len(parts))
    halves = long_xor([part.rotate_right(3) for part in parts[:31]]).rotate_right(29) ^ long_xor(parts[31:])
    first, *others = keys(long_xor(parts), long_xor(shuffled), halves)
    assert others == [first, first]
    (near,) = keys(long_xor([*parts[1:], parts[0].rotate_right(1)]))
    assert near != first


def test_a_word_taken_apart_and_put_together_has_one_form() -> None:
    rows = [concat(*[A[8 * n + 7 : 8 * n] for n in order]) for order in ((0, 1, 2, 3), (0, 1, 3, 2))]
    swapped = ((A & 0xFF) << 24) ^ ((A & 0xFF00) << 8) ^ ((A >> 8) & 0xFF00) ^ (A >> 24)
    reverse, near, by_shifts, negated = keys(*rows, swapped, ~rows[0])
    assert by_shifts == reverse != near
    assert negated == (reverse[0], 0xFFFFFFFF)


def test_tables_of_one_byte_are_one_map_of_it() -> None:
    doubled = table([entry << 1 & 0xFF ^ (27 if entry & 128 else 0) for entry in T.entries], 8)
    word = lookup(T, BYTE)
    by_bits = (word << 1) ^ (word[7].sign_extend(8) & 27)
    table_, bits, flipped, near = keys(lookup(doubled, BYTE), by_bits, lookup(doubled, ~~BYTE), by_bits ^ (word & 1))
    assert table_ == bits == flipped != near


def test_a_product_is_one_atom_however_its_factors_were_rotated_and_complemented() -> None:
    forms = Forms()
    one = form_of((A ^ B).rotate_right(5) & C.rotate_right(5), forms)
    other = form_of(((A ^ B) & C).rotate_right(5), forms)
    apart = form_of(((A & C) ^ (B & C)).rotate_right(5), forms)
    near = form_of((A ^ B).rotate_right(5) & C.rotate_right(6), forms)
    assert one.key == other.key == apart.key != near.key


def test_a_product_of_words_whose_forms_have_constants_is_exact() -> None:
    """Sums in which no bits meet are XORs with a constant, which the normal forms leave inside a word."""
    one, other = (A & 0xFF) + (B & 0xFF00) + 0x30000, (B & 0xFF) + (C & 0xFF00) + 0x50000
    assert one.op == other.op == "sum"
    assert [form_of(word).constant for word in (one, other)] == [0x30000, 0x50000]
    terms = [one & other, one.rotate_right(9) & other, one & C.rotate_right(3), C & other.rotate_right(16)]
    assert_exact(Forms(), [*terms, (one ^ C) & (other ^ A)], Random(1))


def test_words_that_are_their_own_rotations_keep_their_forms_exact() -> None:
    """Where several rotations give one key: x ^ ror(x, 16), and products of such."""
    random = Random(2)
    even = A ^ A.rotate_right(16)
    odd = B ^ B.rotate_right(8) ^ B.rotate_right(16) ^ B.rotate_right(24)
    terms = [even.rotate_right(n) & odd.rotate_right(m) for n in (0, 3, 16, 19) for m in (0, 8, 11)]
    terms += [even & even.rotate_right(n) for n in (1, 8, 16, 31)] + [even & odd & C.rotate_right(n) for n in (0, 16)]
    assert_exact(Forms(), terms, random)
    forms = Forms()
    for term in topological(terms):
        forms.add(term)
    for term in terms:
        turn, key = forms.least_turn(forms.of[term])
        assert forms.rotated(forms.of[term], turn).key == key


def test_a_table_at_an_index_that_is_always_the_same_is_a_constant() -> None:
    with rewrite_level(0):
        nothing = BYTE ^ BYTE
        word = lookup(table([7, 9], 8), nothing)
    form = form_of(word)
    assert (form.constant, form.rows) == (7, {})


def test_a_number_is_turned_by_any_amount() -> None:
    assert [turned(0b0011, n, 4) for n in (0, 1, 4, -1)] == [0b0011, 0b1001, 0b0011, 0b0110]
    assert turned(1, 5, 1) == 1

"""From terms to forms: what each operator of `lnsym.bv.term` does to the bits of its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lnsym.bv import BV, operands
from lnsym.bv.forms import Monomial
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.demand import Demand
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.monomials import entangled, sum_of_products
from lnsym.prove.gf2.products import Products
from lnsym.prove.gf2.quadratic import Quadratic
from lnsym.prove.gf2.sums import Sums
from lnsym.prove.gf2.truth_tables import FULL
from lnsym.prove.gf2.words import Lookups, Word, as_constant, bits_of, constant_word, opaque, tabulated


class Bits:
    """The words of the terms of one demand, made one after the other, operands first, and dropped after their last use."""

    def __init__(self, atoms: Atoms, quadratic: Quadratic, products: Products, sums: Sums, demand: Demand) -> None:
        self.atoms = atoms
        self.quadratic = quadratic
        self.products = products
        self.sums = sums
        self.demand = demand
        self.words: dict[BV, Word] = {}
        self._lookups = Lookups(atoms)
        self._users = dict(demand.users)

    def evaluate(self, term: BV) -> None:
        """Make the word of a term whose operands have theirs."""
        mask = self.demand.needed[term]
        if mask and term not in self.demand.inlined:
            word = EVALUATORS[term.op](self, term, mask)
            if self.atoms.sums and term in self.demand.factors:
                word = {i: self.quadratic.normal(form) for i, form in word.items()}
            self.words[term] = word
            for operand in self.demand.operands(term):
                if operand in self.demand.inlined:
                    for inner in operands(operand):
                        self.release(inner)
                self.release(operand)
        elif not mask:
            for operand in self.demand.operands(term):
                self.release(operand)

    def release(self, term: BV) -> None:
        """One user less; the word of a term that has none left is dropped."""
        self._users[term] -= 1
        if not self._users[term]:
            self.words.pop(term, None)

    # -- bitwise --------------------------------------------------------------------------------

    def anf(self, term: BV, mask: int) -> Word:
        """XOR of masked ANDs of rotated words."""
        atoms, words, width = self.atoms, self.words, term.width
        linear: list[Word] = []
        products: list[tuple[int, Monomial]] = []
        items, base, turn = self.demand.sums[term]
        if base is not None:
            linear.append(_turned(words[base], turn, mask, width))
        for monomial, where in items:
            if not where & mask:
                continue
            if not monomial:
                linear.append(dict.fromkeys(bits_of(where & mask), ONE))
            elif len(monomial) == 1:
                _, rotation, word = monomial[0]
                linear.append(_turned(words[word], rotation, where & mask, width))
            else:
                products.append((where, monomial))
        result = _exclusive_or(linear, mask)
        if entangled([monomial for _, monomial in products]):
            for i, form in result.items():
                here = [
                    [words[word][(i + rotation) % width] for _, rotation, word in factors]
                    for where, factors in products
                    if where >> i & 1
                ]
                result[i] = atoms.shortened(form ^ sum_of_products(atoms, self.products, here))
        elif products:
            pairs = [self._pair_products(where & mask, monomial, width) for where, monomial in products]
            for i, form in _exclusive_or([result, *pairs], mask).items():
                result[i] = atoms.shortened(atoms.current(form))
        return result

    def _pair_products(self, mask: int, monomial: Monomial, width: int) -> Word:
        """The products of two words at the bits of the mask; loose, as `Products` says."""
        (_, rotation, x), (_, other, y) = monomial
        left, right = self.words[x], self.words[y]
        distance = (other - rotation) % width
        known = self.products.pairs((x, y, distance))
        places = [(i + rotation) % width for i in bits_of(mask)]
        multiply = self._multiplication([left[at] for at in places], [right[(at + distance) % width] for at in places])
        result: Word = {}
        for i, at in zip(bits_of(mask), places, strict=True):
            product = known.get(at)
            if product is None:
                product = known[at] = multiply(left[at], right[(at + distance) % width])
            result[i] = product
        return result

    def xor(self, term: BV, mask: int) -> Word:
        """A plain node; ANDs and ORs that are its alone are made here, so that their atoms can be renamed."""
        atoms = self.atoms
        result: Word = {}
        inlined = [operand for operand in term.args if operand in self.demand.inlined]
        plain = [self.words[operand] for operand in term.args if operand not in self.demand.inlined]
        for i in bits_of(mask):
            bit = ZERO
            for word in plain:
                bit ^= word[i]
            for operand in inlined:
                x, y = self.words[operand.args[0]][i], self.words[operand.args[1]][i]
                bit ^= self.products.product(x, y) if operand.op == "and" else x ^ y ^ self.products.product(x, y)
            result[i] = atoms.shortened(bit) if inlined else bit
        return result

    def and_(self, term: BV, mask: int) -> Word:
        """A plain node."""
        x, y = [self.words[operand] for operand in term.args]
        return {i: self._product(x[i], y[i]) for i in bits_of(mask)}

    def or_(self, term: BV, mask: int) -> Word:
        """A plain node: x | y = x ^ y ^ (x & y)."""
        x, y = [self.words[operand] for operand in term.args]
        return {i: x[i] ^ y[i] ^ self._product(x[i], y[i]) for i in bits_of(mask)}

    def not_(self, term: BV, mask: int) -> Word:
        """A plain node."""
        word = self.words[term.args[0]]
        return {i: word[i] ^ ONE for i in bits_of(mask)}

    # -- pieces ---------------------------------------------------------------------------------

    def const(self, term: BV, mask: int) -> Word:
        """A constant."""
        return constant_word(term.value, mask)

    def var(self, term: BV, mask: int) -> Word:
        """Input bits, keyed by the variable and the number of the bit."""
        return opaque(self.atoms, term, mask)

    def concat(self, term: BV, mask: int) -> Word:
        """The pieces side by side."""
        result: Word = {}
        position = 0
        for piece in reversed(term.args):
            here = mask >> position & ((1 << piece.width) - 1)
            if here:
                word = self.words[piece]
                for i in bits_of(here):
                    result[position + i] = word[i]
            position += piece.width
        return result

    def extract(self, term: BV, mask: int) -> Word:
        """A slice."""
        word, low = self.words[term.args[0]], term.args[1]
        return {i: word[low + i] for i in bits_of(mask)}

    def sext(self, term: BV, mask: int) -> Word:
        """Copies of the sign above the word."""
        word, sign = self.words[term.args[0]], term.args[0].width - 1
        return {i: word[min(i, sign)] for i in bits_of(mask)}

    def ror(self, term: BV, mask: int) -> Word:
        """A plain node."""
        word, amount = self.words[term.args[0]], term.args[1]
        return {i: word[(i + amount) % term.width] for i in bits_of(mask)}

    # -- choices --------------------------------------------------------------------------------

    def ite(self, term: BV, mask: int) -> Word:
        """(c ? x : y) = y ^ c & (x ^ y)."""
        condition, then, otherwise = [self.words[operand] for operand in term.args]
        bit = condition[0]
        apart = [self.quadratic.normal(then[i] ^ otherwise[i]) for i in bits_of(mask)]
        multiply = self._multiplication([bit], apart)
        return {
            i: self.atoms.shortened(otherwise[i] ^ multiply(bit, form))
            for i, form in zip(bits_of(mask), apart, strict=True)
        }

    def _multiplication(self, left: Sequence[Form], right: Sequence[Form]) -> Callable[[Form, Form], Form]:
        """How the forms are to be multiplied: many products with one bit are likely to be parts of a product of words."""
        for one, word in ((left, right), (right, left)):
            if one[0] == one[-1] and len(word) >= MANY and len(set(one)) == 1 and len(set(word)) >= MANY:
                return self.quadratic.product
        return self.products.product

    def _product(self, x: Form, y: Form) -> Form:
        return self.atoms.settled(self.products.product(x, y))

    def _choice(self, condition: Form, then: Form, otherwise: Form) -> Form:
        return self.atoms.shortened(otherwise ^ self.products.product(condition, then ^ otherwise))

    def lookup(self, term: BV, mask: int) -> Word:
        """An entry of a constant table."""
        table, index = term.args
        return self._lookups.word(table, self.words[index], mask)

    def eq(self, term: BV, mask: int) -> Word:
        """1 when every bit of the XOR is 0: a function of the affine space that these bits span."""
        left, right = [self.words[operand] for operand in term.args]
        rows: dict[int, Form] = {}
        for i in left:
            form = left[i] ^ right[i]
            for pivot, row in rows.items():
                if pivot in form:
                    form ^= row
            if form == ONE:
                return {0: ZERO}
            if form:
                new = max(form)
                for pivot, row in rows.items():
                    if new in row:
                        rows[pivot] = row ^ form
                rows[new] = form
        ground = self.atoms.ground(rows.values())
        if ground is None:
            return opaque(self.atoms, ("zero", frozenset(rows.values())), mask)
        table = FULL[ground.dim]
        for row in rows.values():
            table &= ~ground.table(row)
        return {0: self.atoms.function(table, ground)}

    # -- arithmetic -----------------------------------------------------------------------------

    def sum(self, term: BV, mask: int) -> Word:
        """A sum with coefficients, or a plain addition: a sum of all that its chain of additions adds."""
        addends, constant = self.demand.addends[term]
        words = [(coefficient, self.words[addend]) for addend, coefficient in addends.items()]
        return self.sums.word(words, constant, term.width, mask)

    def mul(self, term: BV, mask: int) -> Word:
        """A product; by a constant it is a sum."""
        words = [self.words[operand] for operand in term.args]
        for factor, word in ((words[0], words[1]), (words[1], words[0])):
            known = as_constant(factor)
            if known is not None:
                return self.sums.word([(known, word)], 0, term.width, mask)
        left, right = self._factors(term)
        found = tabulated(self.atoms, term, {term.args[0]: left, term.args[1]: right}, mask)
        if found is not None:
            return found
        exact = _without_carry(left, right) & mask
        opaque_bits = self._opaque(term, mask & ~exact)
        products = {k: self.quadratic.sum_of_products(_column(left, right, k)) for k in bits_of(exact)}
        return {k: products[k] if k in products else opaque_bits[k] for k in bits_of(mask)}

    def clmul(self, term: BV, mask: int) -> Word:
        """A product of polynomials over GF(2): bit k is the XOR of the products of bits i and k - i."""
        word, by = [self.words[operand] for operand in term.args]
        known = as_constant(by)
        if known is not None:
            return {k: _parity([word[k - j] for j in bits_of(known) if k - j in word]) for k in bits_of(mask)}
        left, right = self._factors(term)
        found = tabulated(self.atoms, term, {term.args[0]: left, term.args[1]: right}, mask)
        if found is not None:
            return found
        return {k: self.quadratic.sum_of_products(_column(left, right, k)) for k in bits_of(mask)}

    def _factors(self, term: BV) -> list[Word]:
        """The words of two operands whose bits are to be multiplied."""
        factor = self.quadratic.factor
        return [{i: factor(form) for i, form in self.words[operand].items()} for operand in term.args]

    def shift(self, term: BV, mask: int) -> Word:
        """Shifts by a term, one bit of the amount after the other."""
        value, amount = [self.words[operand] for operand in term.args]
        width, left = term.width, term.op == "shl"
        fill = value[width - 1] if term.op == "ashr" else ZERO
        word = [value[i] for i in range(width)]
        for j in range(len(amount)):
            bit = amount[j]
            if not bit:
                continue
            by = min(1 << j, width)
            moved = [ZERO] * by + word[: width - by] if left else word[by:] + [fill] * by
            word = moved if bit == ONE else [self._choice(bit, m, w) for m, w in zip(moved, word, strict=True)]
        return {i: word[i] for i in bits_of(mask)}

    def any_operator(self, term: BV, mask: int) -> Word:
        """By truth tables where the operands span a small space, else opaque."""
        words = {operand: self.words[operand] for operand in operands(term)}
        found = tabulated(self.atoms, term, words, mask)
        return self._opaque(term, mask) if found is None else found

    def _opaque(self, term: BV, mask: int) -> Word:
        """Input bits keyed by the operator and the forms of its operands."""
        words = [self.words[operand] for operand in term.args]
        keys = [tuple([word[i] for i in range(len(word))]) for word in words]
        operands_key = frozenset(keys) if term.op == "mul" else tuple(keys)
        return opaque(self.atoms, (term.op, term.width, operands_key), mask)


def _turned(word: Word, rotation: int, mask: int, width: int) -> Word:
    """The bits of the mask of a word rotated right."""
    if not rotation:
        return {i: word[i] for i in bits_of(mask)}
    return {i: word[(i + rotation) % width] for i in bits_of(mask)}


def _exclusive_or(words: Sequence[Word], mask: int) -> Word:
    """The XOR of words that have some of the bits of the mask each, at all of them."""
    if len(words) == 1 and len(words[0]) == mask.bit_count():
        return words[0]
    if len(words) == 2:
        one, other = words
        return {i: one.get(i, ZERO) ^ other.get(i, ZERO) for i in bits_of(mask)}
    bits: dict[int, set[int]] = {i: set() for i in bits_of(mask)}
    for word in words:
        for i, form in word.items():
            bits[i] ^= form
    return {i: frozenset(bit) for i, bit in bits.items()}


def _parity(forms: Iterable[Form]) -> Form:
    """The XOR of forms."""
    atoms = set[int]()
    for form in forms:
        atoms ^= form
    return frozenset(atoms)


def _without_carry(left: Word, right: Word) -> int:
    """The bits of a product into which nothing can be carried: each is the XOR of one column of products.

    Code without a carry-less product makes one by multiplying words with holes, of three zeros between any two bits say.
    """
    factors = [sum([1 << COUNTER * i for i, form in word.items() if form]) for word in (left, right)]
    counts = factors[0] * factors[1]  # of the products in each column, as digits
    result = most = 0
    for k in range(len(left)):
        if not most:
            result |= 1 << k
        most = (most + (counts >> COUNTER * k & (1 << COUNTER) - 1)) // 2
    return result


COUNTER = 32
"""Bits of a count of products in a column of a multiplication, which are fewer than 2**32."""


def _column(left: Word, right: Word, k: int) -> list[tuple[Form, Form]]:
    """The bits of two words whose products have the weight 2**k."""
    return [(left[i], right[k - i]) for i in range(max(0, k - len(right) + 1), min(len(left), k + 1))]


MANY = 32
"""So many different products with one bit are not looked at one by one."""


EVALUATORS: dict[str, Callable[[Bits, BV, int], Word]] = {
    "const": Bits.const,
    "var": Bits.var,
    "anf": Bits.anf,
    "sum": Bits.sum,
    "concat": Bits.concat,
    "extract": Bits.extract,
    "ite": Bits.ite,
    "eq": Bits.eq,
    "ult": Bits.any_operator,
    "slt": Bits.any_operator,
    "mul": Bits.mul,
    "udiv": Bits.any_operator,
    "sdiv": Bits.any_operator,
    "clmul": Bits.clmul,
    "shl": Bits.shift,
    "lshr": Bits.shift,
    "ashr": Bits.shift,
    "sext": Bits.sext,
    "lookup": Bits.lookup,
    "not": Bits.not_,
    "and": Bits.and_,
    "or": Bits.or_,
    "xor": Bits.xor,
    "add": Bits.sum,
    "ror": Bits.ror,
}

"""From terms to forms: what each operator of `lnsym.bv.term` does to the bits of its operands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from itertools import combinations

from lnsym.bv import BV, operands
from lnsym.bv.bitwise import Monomial
from lnsym.prove.gf2.demand import Demand
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.spaces import Atoms
from lnsym.prove.gf2.sums import sum_word
from lnsym.prove.gf2.truth_tables import FULL
from lnsym.prove.gf2.words import Lookups, Word, as_constant, bits_of, constant_word, opaque, tabulated


class Bits:
    """The words of the terms of one demand, made one after the other, operands first, and dropped after their last use."""

    def __init__(self, atoms: Atoms, demand: Demand) -> None:
        self.atoms = atoms
        self.demand = demand
        self.words: dict[BV, Word] = {}
        self._lookups = Lookups(atoms)
        self._users = dict(demand.users)

    def evaluate(self, term: BV) -> None:
        """Make the word of a term whose operands have theirs."""
        mask = self.demand.needed[term]
        if mask and term not in self.demand.inlined:
            self.words[term] = _EVALUATORS[term.op](self, term, mask)
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
        constant = 0
        linear: list[tuple[int, int, Word]] = []
        products: list[tuple[int, Monomial]] = []
        items, base, turn = self.demand.sums[term]
        if base is not None:
            linear.append((mask, turn, words[base]))
        for monomial, where in items:
            if not where & mask:
                continue
            if not monomial:
                constant = where
            elif len(monomial) == 1:
                _, rotation, word = monomial[0]
                linear.append((where, rotation, words[word]))
            else:
                products.append((where, monomial))
        pairs: list[tuple[int, int, int, BV, BV]] = []
        if not _entangled([monomial for _, monomial in products]):
            for where, ((_, rotation, x), (_, other, y)) in products:
                pairs.append((where, rotation, (other - rotation) % width, x, y))
        result: Word = {}
        for i in bits_of(mask):
            bit = {0} if constant >> i & 1 else set()
            for where, rotation, forms in linear:
                if where >> i & 1:
                    bit ^= forms[(i + rotation) % width]
            if pairs:
                for where, rotation, distance, x, y in pairs:
                    if where >> i & 1:
                        at = (i + rotation) % width
                        bit ^= atoms.loose_pair((x, y, distance, at), words[x][at], words[y][(at + distance) % width])
                result[i] = atoms.shortened(frozenset(bit))
            elif products:
                here = [
                    [words[word][(i + rotation) % width] for _, rotation, word in factors]
                    for where, factors in products
                    if where >> i & 1
                ]
                bit ^= self.sum_of_products(here)
                result[i] = atoms.shortened(frozenset(bit))
            else:
                result[i] = frozenset(bit)
        return result

    def sum_of_products(self, products: list[list[Form]]) -> Form:
        """XOR of ANDs.

        The rewrite rules expand products of sums. So that a product is found again, what is expanded is put back: a factor that
        several long monomials share is taken out, and (p ^ q) & (r ^ s) is one AND.
        """
        atoms = self.atoms
        if len(products) == 1 and len(products[0]) == 2:
            return atoms.loose_product(*products[0])
        result, monomials = _without_constants(products)
        while any(len(monomial) > 2 for monomial in monomials):
            counts = Counter(form for monomial in monomials for form in monomial)
            shared = max((form for m in monomials if len(m) > 2 for form in m), key=counts.__getitem__)
            inner = [list(monomial - {shared}) for monomial in monomials if shared in monomial]
            monomials = {monomial: None for monomial in monomials if shared not in monomial}
            result ^= atoms.loose_product(shared, atoms.settled(self.sum_of_products(inner)))
        squares, pairs = _factored(monomials)
        for left, right in squares:
            result ^= atoms.loose_product_of_sums(left, right)
        for x, y in pairs:
            result ^= atoms.loose_product(x, y)
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
                bit ^= atoms.loose_product(x, y) if operand.op == "and" else x ^ y ^ atoms.loose_product(x, y)
            result[i] = atoms.shortened(bit) if inlined else bit
        return result

    def and_(self, term: BV, mask: int) -> Word:
        """A plain node."""
        x, y = [self.words[operand] for operand in term.args]
        return {i: self.atoms.product(x[i], y[i]) for i in bits_of(mask)}

    def or_(self, term: BV, mask: int) -> Word:
        """A plain node: x | y = x ^ y ^ (x & y)."""
        x, y = [self.words[operand] for operand in term.args]
        return {i: x[i] ^ y[i] ^ self.atoms.product(x[i], y[i]) for i in bits_of(mask)}

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
        return {i: self._choice(condition[0], then[i], otherwise[i]) for i in bits_of(mask)}

    def _choice(self, condition: Form, then: Form, otherwise: Form) -> Form:
        return self.atoms.shortened(otherwise ^ self.atoms.loose_product(condition, then ^ otherwise))

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
        """A sum with coefficients."""
        addends = [(coefficient, self.words[addend]) for _, coefficient, addend in term.args[0]]
        return sum_word(self.atoms, addends, term.args[1], term.width, mask)

    def add(self, term: BV, mask: int) -> Word:
        """A plain node."""
        return sum_word(self.atoms, [(1, self.words[operand]) for operand in term.args], 0, term.width, mask)

    def mul(self, term: BV, mask: int) -> Word:
        """A product; by a constant it is a sum."""
        words = [self.words[operand] for operand in term.args]
        for factor, word in ((words[0], words[1]), (words[1], words[0])):
            known = as_constant(factor)
            if known is not None:
                return sum_word(self.atoms, [(known, word)], 0, term.width, mask)
        return self.any_operator(term, mask, frozenset([_key(word) for word in words]))

    def clmul(self, term: BV, mask: int) -> Word:
        """A product of polynomials over GF(2): bit k is the XOR of the products of bits i and k - i."""
        atoms = self.atoms
        left, right = [self.words[operand] for operand in term.args]
        result: Word = {}
        for k in bits_of(mask):
            bit: set[int] = set()
            for i in range(max(0, k - len(right) + 1), min(len(left), k + 1)):
                bit ^= self._bilinear(left[i], right[k - i])
            result[k] = frozenset(bit)
        del atoms
        return result

    def _bilinear(self, x: Form, y: Form) -> Form | set[int]:
        """A product expanded into products of two atoms, since the code may group these otherwise (Karatsuba)."""
        if x == ONE or not y:
            return y
        if y == ONE or not x:
            return x
        if len(x) * len(y) > MAX_EXPANDED:
            return self.atoms.product(x, y)
        result: set[int] = set()
        for a in x:
            for b in y:
                result ^= self.atoms.product(frozenset([a]), frozenset([b]))
        return result

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

    def ordered(self, term: BV, mask: int) -> Word:
        """A comparison, from the highest bit on which the operands are not known to agree."""
        left, right = [self.words[operand] for operand in term.args]
        top = len(left) - 1
        key: tuple[object, ...] = (_key(left), _key(right), top)
        return self.any_operator(term, mask, key)

    def any_operator(self, term: BV, mask: int, key: object = None) -> Word:
        """By truth tables where the operands span a small space, else opaque."""
        words = {operand: self.words[operand] for operand in operands(term)}
        found = tabulated(self.atoms, term, words, mask)
        if found is None:
            known = key if key is not None else tuple([_key(self.words[operand]) for operand in term.args])
            found = opaque(self.atoms, (term.op, term.width, known), mask)
        return found


MAX_EXPANDED = 1 << 12
"""Products of atoms that one AND in a carry-less product may be expanded to."""


def _key(word: Word) -> tuple[Form, ...]:
    return tuple([word[i] for i in range(len(word))])


def _entangled(monomials: list[Monomial]) -> bool:
    """Whether the monomials may be an expanded product: one is long, or two words have two partners in common."""
    partners: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for monomial in monomials:
        if len(monomial) > 2:
            return True
        x, y = [factor[:2] for factor in monomial]
        partners.setdefault(x, set()).add(y)
        partners.setdefault(y, set()).add(x)
    several = [others for others in partners.values() if len(others) > 1]
    return any(len(a & b) > 1 for a, b in combinations(several, 2))


def _without_constants(products: list[list[Form]]) -> tuple[Form, dict[frozenset[Form], None]]:
    """An XOR of ANDs as a form and monomials of two and more different forms without constants."""
    linear = ZERO
    monomials: dict[frozenset[Form], None] = {}
    for factors in products:
        expanded: set[frozenset[Form]] = {frozenset()}
        for form in factors:
            plain = form - ONE
            times = {monomial | {plain} for monomial in expanded} if plain else set[frozenset[Form]]()
            if plain and len(times) < len(expanded):
                times = set()
                for monomial in expanded:
                    times ^= {monomial | {plain}}
            expanded = times ^ expanded if 0 in form else times
        for monomial in expanded:
            if len(monomial) < 2:
                linear ^= next(iter(monomial), ONE)
            elif monomial in monomials:
                del monomials[monomial]
            else:
                monomials[monomial] = None
    return linear, monomials


def _factored(
    products: Iterable[Collection[Form]],
) -> tuple[list[tuple[list[Form], list[Form]]], list[tuple[Form, Form]]]:
    """An equal XOR of products of sums and of ANDs, where of the latter no two forms have two partners in common."""
    partners: dict[Form, set[Form]] = {}
    for x, y in products:
        partners.setdefault(x, set()).add(y)
        partners.setdefault(y, set()).add(x)
    squares = []
    for x in partners:
        if len(partners[x]) > 1:
            for y in partners:
                common = partners[x] & partners[y]
                if x != y and len(common) > 1:
                    alike = [z for z in partners if partners[z] >= common]
                    for z in alike:
                        partners[z] -= common
                    for z in common:
                        partners[z].difference_update(alike)
                    squares.append((alike, list(common)))
    pairs = []
    for x, others in partners.items():
        for y in others:
            pairs.append((x, y))
            partners[y].remove(x)
    return squares, pairs


_EVALUATORS: dict[str, Callable[[Bits, BV, int], Word]] = {
    "const": Bits.const,
    "var": Bits.var,
    "anf": Bits.anf,
    "sum": Bits.sum,
    "concat": Bits.concat,
    "extract": Bits.extract,
    "ite": Bits.ite,
    "eq": Bits.eq,
    "ult": Bits.ordered,
    "slt": Bits.ordered,
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
    "add": Bits.add,
    "ror": Bits.ror,
}

"""Words: terms as tuples of joined bits, and terms replaced by earlier ones that they equal.

Terms are taken operands first, each rebuilt on what its operands were replaced by, so that the normal forms see what the joins have shown.
A term whose bits are those of an earlier one, rotated or complemented or offset by a constant, is replaced by that.

What looks alike is a proposal. `Words.declare` alone makes it a replacement: every bit must be the same literal of the circuit, on
both sides, and the equality is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.bv import BV, operands, topological
from lnsym.bv.operators import rebuild
from lnsym.contract.obligations import Obligation
from lnsym.prove.circuit.adders import LiteralWord
from lnsym.prove.circuit.blast import Blaster, rotated
from lnsym.prove.evidence import WordJoin
from lnsym.prove.sweep.joins import Joins

OFFSET_SAMPLES = 6
"""On how many samples the difference of two words is looked at before a constant offset is tried."""

MIN_OFFSET_WIDTH = 8


@dataclass(frozen=True, eq=False)
class Equality:
    """`term` is `other` rotated right by `rotation` and XORed with `flips`, for every input: bit by bit one literal of the circuit."""

    term: BV
    other: BV
    rotation: int
    flips: int

    @property
    def obligation(self) -> Obligation:
        """What was declared, to be checked."""
        other = self.other.rotate_right(self.rotation) ^ self.flips
        return Obligation("two words joined", "joined", self.term, other)

    @property
    def evidence(self) -> WordJoin:
        """The same by serial numbers."""
        return WordJoin(self.term.serial, self.other.serial, self.rotation, self.flips)


class Words:
    """The terms met so far: what replaces each, and the word of each replacement."""

    def __init__(self, joins: Joins, equalities: list[Equality] | None = None) -> None:
        self.joins = joins
        self.new: dict[BV, BV] = {}
        self._blaster = Blaster(joins.graph, joins.signature)
        self._by_word: dict[LiteralWord, BV] = {}
        self._by_rotation: dict[tuple[int, ...], tuple[BV, int]] = {}
        self._by_differences: dict[tuple[int, ...], BV] = {}
        self.equalities = [] if equalities is None else equalities
        """What was declared, in that order."""

    def word(self, term: BV) -> LiteralWord:
        """The bits of a term that was added."""
        return self._blaster.words[term]

    def add(self, term: BV) -> None:
        """Take in a term whose operands were added."""
        if term in self.new:
            return
        if term.op in ("const", "var") or all(self.new[operand] is operand for operand in operands(term)):
            built = term
        else:
            built = rebuild(term, self.new)
        for node in self._fresh(built):
            self._blaster.words[node] = self._blaster.node(node)
            self.new[node] = self._replacement(node)
        self._blaster.words[term] = self._blaster.words[built]
        self.new[term] = self.new[built]

    def _replacement(self, term: BV) -> BV:
        """An earlier term with the same bits, or this one."""
        word = self._blaster.words[term]
        if term.op == "const":
            return term
        if all(bit < 2 for bit in word):
            constant = BV.const(sum(bit << n for n, bit in enumerate(word)), term.width)
            self._blast(constant)
            return self.declare(term, constant)
        earlier = self._by_word.setdefault(word, term)
        if earlier is not term:
            return self.declare(term, earlier)
        if term.width == 1:
            return self._complemented(term, word)
        rotation, key = _least_rotation(word)
        earlier, turned = self._by_rotation.setdefault(key, (term, rotation))
        if earlier is not term:
            by = (rotation - turned) % term.width
            flips = _flips(rotated(self._blaster.words[earlier], by), word)
            found = self.declare(term, earlier, by, flips)
            if found is not term:
                return found
        return self._offset(term, word)

    def declare(self, term: BV, other: BV, rotation: int = 0, flips: int = 0) -> BV:
        """What replaces a term that is another one rotated right by `rotation` and XORed with `flips`; itself where that is not shown.

        The only place that replaces a word by one of other terms. The argument it demands is identity: each bit of the one is the
        literal that stands at its place in the other. A literal stands for one function, whatever was joined into it.
        """
        if other.width != term.width:
            return term
        theirs = rotated(self._blaster.words[other], rotation)
        if tuple([bit ^ (flips >> n & 1) for n, bit in enumerate(theirs)]) != self._blaster.words[term]:
            return term
        self.equalities.append(Equality(term, other, rotation, flips))
        result = self.new[other].rotate_right(rotation) if rotation else self.new[other]
        return result ^ flips if flips else result

    def _complemented(self, term: BV, word: LiteralWord) -> BV:
        other = self._by_word.get((word[0] ^ 1,))
        return term if other is None else self.declare(term, other, flips=1)

    def _blast(self, term: BV) -> None:
        for node in self._fresh(term):
            self._blaster.words[node] = self._blaster.node(node)
            self.new.setdefault(node, node)

    def _fresh(self, root: BV) -> list[BV]:
        """The terms under the root that have no word yet, operands first."""
        return topological([root], self._blaster.words)

    def _offset(self, term: BV, word: LiteralWord) -> BV:
        """y + c where that is what the term is, for an earlier y."""
        if term.width < MIN_OFFSET_WIDTH:
            return term
        values = self._values(word)
        mask = (1 << term.width) - 1
        key = (term.width, *[(value - values[0]) & mask for value in values[1:]])
        earlier = self._by_differences.setdefault(key, term)
        if earlier is term or not any(key[1:]):
            return term
        constant = (values[0] - self._values(self._blaster.words[earlier])[0]) & mask
        candidate = earlier + constant
        if candidate is term:
            return term
        self._blast(candidate)
        return self.declare(term, candidate)

    def _values(self, word: LiteralWord) -> list[int]:
        """The word's values on a few samples."""
        signatures = [self.joins.signature(bit) for bit in word]
        return [sum((s >> at & 1) << n for n, s in enumerate(signatures)) for at in range(2, 2 + OFFSET_SAMPLES)]

    def smallest_apart(self, older_than: int | None = None) -> tuple[BV, BV] | None:
        """The smallest two terms with bits that agree on all samples and were not shown equal."""
        wanted = {literal >> 1 for pair in self.joins.apart for literal in pair}
        holder: dict[int, BV] = {}
        for term in self.new:
            if older_than is not None and term.serial >= older_than:
                continue
            for bit in self.word(term):
                if bit >> 1 in wanted:
                    holder.setdefault(bit >> 1, term)
        pairs = [(holder.get(a >> 1), holder.get(b >> 1)) for a, b in self.joins.apart]
        found = [(a, b) for a, b in pairs if a is not None and b is not None and a is not b]
        return min(found, key=lambda pair: len(topological(pair)), default=None)


def _flips(theirs: LiteralWord, word: LiteralWord) -> int:
    """The bits at which the signs of two words differ: a proposal, which says nothing of their nodes."""
    return sum(((a ^ b) & 1) << n for n, (a, b) in enumerate(zip(word, theirs, strict=True)))


def _least_rotation(word: LiteralWord) -> tuple[int, tuple[int, ...]]:
    """By how much a word without its complements was rotated right from the least of its rotations, and that one."""
    nodes = tuple([bit >> 1 for bit in word])
    least = min(nodes)
    best: tuple[int, ...] = ()
    turned = 0
    for at in [n for n, node in enumerate(nodes) if node == least]:
        candidate = nodes[at:] + nodes[:at]
        if not best or candidate < best:
            best, turned = candidate, (len(nodes) - at) % len(nodes)
    return turned, best

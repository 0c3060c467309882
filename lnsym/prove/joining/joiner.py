"""The pass over the terms: each is replaced by an earlier one that it equals, from the inputs upwards."""

from __future__ import annotations

import time
from collections.abc import Sequence

from lnsym.bv import BV, concat, operands, topological, variables
from lnsym.bv.forms import sum_in
from lnsym.bv.operators import rebuild
from lnsym.bv.sums import combination
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import ToolFault
from lnsym.prove.evidence import Identical, JoinArgument, SameMaps, WordJoined
from lnsym.prove.joining import sums
from lnsym.prove.joining.alike import Alike
from lnsym.prove.joining.linear import Forms
from lnsym.prove.joining.maps import FormKey, LinearForm, turned
from lnsym.prove.joining.questions import NotZero, Questions, Reply, Zero
from lnsym.prove.joining.samples import WordSamples
from lnsym.prove.method import Replacements
from lnsym.run.inputs import holds

MAX_LEARNED = 12
"""How many samples are learned from words that agreed on all others."""

PATIENCE = 1.0
"""Seconds that questions without an answer may take in all, and as many more as those with one took."""

LONGEST_ASKING = 6.0
"""Seconds that all questions together may be expected to take, judged by the part of the terms that is done."""

LONGEST = 15.0
SHARE_OF_DEADLINE = 0.3
"""The same for all that is done: so many seconds of this process, or this part of what is left until the deadline where that is more."""

LONGEST_WAIT = 2_000
"""How many terms may pass in a row of which none is joined by more than the normal forms."""

MAX_DECIDED = 64
"""How many conditions are asked of the solvers under the premises."""

MIN_SLICE = 16
"""Slices of fewer bits are not looked for: bytes of two words that differ in some bits are often the same."""

MAX_APART = 8
"""Of up to so many atoms, whose maps differ, the difference of two forms is made."""

CONDITIONS = frozenset(["eq", "ult", "slt", "extract"])
"""Terms of one bit by these operators are looked at under the premises: comparisons, and carries."""


class Joiner:
    """Terms, what stands for them, and why it may."""

    def __init__(self, premises: Sequence[BV] = (), deadline: Deadline = NEVER) -> None:
        self._deadline = deadline
        self._given = list(premises)
        self._samples = WordSamples(premises)
        self._premises = list(premises) if self._samples.meet_premises else []
        self._new: dict[BV, BV] = {}
        self._in_sums: dict[BV, BV] = {}
        """What stands for an addend in sums: sums that were shown equal to it, or a word that was split taken apart again."""
        self._forms = Forms()
        self._by_form: dict[FormKey, tuple[BV, int, int]] = {}
        """By the form that stands for all its rotations: a term, by how much its own is turned to get that one, and the constant then."""
        self._supports: dict[BV, int] = {}
        self._alike = Alike(self._samples.values)
        self._place: dict[BV, int] = {}
        self._questions = Questions(self._place, self._premises, deadline)
        self._joined: list[WordJoined] = []
        self._apart: list[tuple[BV, BV]] = []
        """Terms that agree on all samples and were not shown equal, in the order in which they were met."""
        self._under_way: set[BV] = set()
        """Terms that were rebuilt and are being taken: bounds of the normal forms can make one of another and back."""
        self.used_premises = False
        """Whether anything was shown under the premises only."""
        self._written: set[BV] = set()
        """Sums that were looked at for being written differently."""
        self._asks = True
        self._patience = PATIENCE
        self._asking = 0.0
        self._began = time.process_time()
        self._waited = 0
        self._learned = 0
        self._decided = 0
        self._spoken_of = set(variables(self._premises))
        """Terms on which the premises may bear."""

    def add(self, term: BV) -> BV:
        """What stands for a term. Raises DeadlinePassed."""
        for node in topological([term], self._new):
            self._new[node] = found = self._taken(node)
            self._check(node, found)
        return self._new[term]

    def equate(self, left: BV, right: BV, argument: JoinArgument) -> None:
        """Let one term stand for another that is known to be equal wherever the premises hold; before all that is made of them.

        It is let be where no samples were found that meet the premises: it may be false on those that there are. Raises DeadlinePassed.
        """
        one, other = self._add_unasked(left), self._add_unasked(right)
        if one is other or not self._samples.meet_premises:
            return
        self._check(one, other)
        self._keep(one, other, argument, under_premises=True)
        for term, found in self._new.items():
            if found is one:
                self._new[term] = other

    def _add_unasked(self, term: BV) -> BV:
        """What stands for a term, without a question whether it is an earlier one: that is known already."""
        for operand in operands(term):
            self.add(operand)
        self._asks = False
        try:
            return self.add(term)
        finally:
            self._asks = True

    def is_hopeless(self, done: float) -> bool:
        """Whether it is not worth while to go on, with this part of the terms done."""
        used = time.process_time() - self._began
        longest = max(LONGEST, SHARE_OF_DEADLINE * self._deadline.left())
        too_slow = used > PATIENCE and used > longest * done
        asks_too_much = self._asking > PATIENCE and self._asking > LONGEST_ASKING * done
        return too_slow or asks_too_much or self._patience <= 0 or self._waited > LONGEST_WAIT

    def equal(self, one: BV, other: BV) -> Reply:
        """Whether two terms that were added are shown equal, or an input on which they differ. Raises DeadlinePassed."""
        one, other = self._new[one], self._new[other]
        if one is other:
            return Zero(Identical())
        apart = self._samples.apart(one, other)
        if apart is not None:
            return NotZero(apart)
        reply = self._compared(one, other)
        if isinstance(reply, Zero):
            self.used_premises |= reply.under_premises
        return reply

    def counterexample(self, reply: NotZero) -> dict[BV, int] | None:
        """The values of a reply, and of what else the premises speak of some with which these hold; None where they do not."""
        model = {**self._samples.variables(), **reply.model}
        return model if holds(self._given, model) else None

    @property
    def evidence(self) -> tuple[WordJoined, ...]:
        """What was joined, and why."""
        return tuple(self._joined)

    @property
    def replacements(self) -> tuple[tuple[BV, BV], ...]:
        """Each term that was met with what stands for it, in sums as well: pairs that are equal wherever the premises hold."""
        return (*self._new.items(), *self._in_sums.items())

    @property
    def replaced(self) -> Replacements:
        """What stands for terms so far, and what stayed apart."""
        return Replacements(self._new, self._apart)

    # -- one term -----------------------------------------------------------------------------------

    def _taken(self, term: BV) -> BV:
        """What stands for a term whose operands were added."""
        self._deadline.check("while words were joined")
        self._samples.add(term)
        built = self._rebuilt(term)
        if built is not term and built not in self._under_way:
            self._under_way.add(built)
            found = self.add(built)
            self._under_way.discard(built)
            return found
        if built is not term:
            return self._declare(term)
        self._waited += 1
        # One that was declared in the meantime stands below others already, and keeps its place.
        self._place.setdefault(term, len(self._place))
        if any(operand in self._spoken_of for operand in operands(term)):
            self._spoken_of.add(term)
        if term.op == "const":
            self._forms.add(term)
            return term
        for replacement in (self._summed, self._formed, self._decided_by_premises):
            other = replacement(term)
            if other is not None:
                return other
        return self._proposed(term)

    def _check(self, term: BV, other: BV) -> None:
        """Raises ToolFault where a term does not have the values of what stands for it."""
        if other is not term and self._samples.values(other) != self._samples.values(term):
            raise ToolFault("words: a term was replaced by another of another value", f"{term!r}\n{other!r}")

    def _rebuilt(self, term: BV) -> BV:
        """The term on what stands for its operands."""
        new, below = self._new, operands(term)
        if term.op != "sum":
            return term if all(new[operand] is operand for operand in below) else rebuild(term, new)
        addends, constant = sum_in(term)
        found = [(times, self._in_sums.get(new[addend], new[addend])) for _, times, addend in addends]
        if all(one is other for (_, one), other in zip(found, below, strict=True)):
            return term
        return combination(found, constant, term.width)

    def _declare(self, term: BV) -> BV:
        """Let a term and all below it that is new stand for themselves."""
        for node in topological([term], self._forms.of):
            self._samples.add(node)
            self._forms.add(node)
            self._place.setdefault(node, len(self._place))
            self._new.setdefault(node, node)
        return term

    def _keep(self, term: BV, other: BV, argument: JoinArgument, under_premises: bool = False) -> BV:
        self._waited = 0
        self.used_premises |= under_premises
        self._joined.append(WordJoined(term.serial, other.serial, argument, under_premises))
        return other

    def _summed(self, term: BV) -> BV | None:
        """A sum, or a slice of one, that is written differently.

        One that is met again below itself stays: what one law writes another may write back.
        """
        if term.op not in ("sum", "extract") or term in self._written:
            return None
        self._written.add(term)
        return self._written_differently(term)

    def _written_differently(self, term: BV) -> BV | None:
        if term.op == "extract":
            written = sums.sliced(term, self._support)
            return None if written is None else self.add(written)
        parts = sums.split(term, self._support)
        if parts is not None:
            found = self.add(concat(*parts))
            if found.op == "concat":
                self._in_sums.setdefault(found, term)
            return found
        written = sums.multiplied_out(term)
        if written is None or written is term:
            written = sums.merged(term, self._support)
        return None if written is None or written is term else self.add(written)

    def _support(self, term: BV) -> int:
        found = self._supports.get(term)
        if found is None:
            found = self._supports[term] = self._forms.support(self._forms.of[term])
        return found

    def _formed(self, term: BV) -> BV | None:
        """An earlier term with the same form, up to a constant."""
        form: LinearForm = self._forms.add(term)
        if not form.rows:
            return self._keep(term, self._declare(BV.const(form.constant, term.width)), SameMaps())
        turn, key = self._forms.least_turn(form)
        constant = turned(form.constant, turn, term.width)
        word, first_turn, first_constant = self._by_form.setdefault(key, (term, turn, constant))
        if word is term:
            return None
        # ror(term, turn) ^ constant = ror(word, first_turn) ^ first_constant
        difference = turned(constant ^ first_constant, -turn, term.width)
        rotation = (first_turn - turn) % term.width
        self._keep(term, word, SameMaps(rotation, difference))
        return self._declare(self._new[word].rotate_right(rotation) ^ difference)

    def _decided_by_premises(self, term: BV) -> BV | None:
        """A condition that is the same on all samples, where the premises imply that it is."""
        if term.width > 1 or term.op not in CONDITIONS or term not in self._spoken_of or self._decided >= MAX_DECIDED:
            return None
        values = set(self._samples.values(term))
        if len(values) > 1:
            return None
        self._decided += 1
        (value,) = values
        reply = self._questions.implied(term, value)
        if isinstance(reply, NotZero):
            self._learn(reply)
        if not isinstance(reply, Zero):
            return None
        return self._keep(term, self._declare(BV.const(value, 1)), reply.argument, reply.under_premises)

    def _proposed(self, term: BV) -> BV:
        """An earlier term that has the same values on all samples, where that is shown; else the term itself."""
        if term.op == "var" or (term.op == "extract" and term.width < MIN_SLICE):
            return term
        for candidate in self._alike.proposals(term) if self._asks else ():
            began = time.perf_counter()
            reply = self._compared(self._declare(candidate), term)
            took = time.perf_counter() - began
            self._asking += took
            if isinstance(reply, Zero):
                self._patience += took
                self._keep(term, candidate, reply.argument, reply.under_premises)
                return self._new.get(candidate, candidate)
            self._patience -= took
            if not isinstance(reply, NotZero):
                self._apart.append((candidate, term))
            elif self._learn(reply):
                break
        self._alike.enter(term)
        return term

    def _learn(self, reply: NotZero) -> bool:
        """One sample more, on which two words differ that agreed on all."""
        if self._learned >= MAX_LEARNED:
            return False
        self._learned += 1
        self._samples.learn(reply.model)
        self._alike.refresh()
        return True

    # -- two terms ----------------------------------------------------------------------------------

    def _compared(self, one: BV, other: BV) -> Reply:
        """Whether two terms that stand for themselves are equal."""
        difference = self._declare(self._difference(one, other))
        groups = sums.vanishing_groups(difference, self._samples.values, self._place.__getitem__)
        if groups is not None and len(groups) > 1:
            replies = [self._vanished(group, difference.width) for group in groups]
            if all(isinstance(reply, Zero) for reply in replies):
                return Zero(Identical(), any(isinstance(reply, Zero) and reply.under_premises for reply in replies))
        return self._questions.zero(difference)

    def _difference(self, one: BV, other: BV) -> BV:
        """A word that is 0 where two words are equal, without what they have in common: what differs of their sums, or of their forms."""
        if "sum" in (one.op, other.op):
            return one - other
        forms = self._forms
        apart = forms.xor([forms.of[one], forms.of[other]], one.width)
        if len(apart.rows) <= MAX_APART:
            return forms.term(apart)
        return min(one - other, one ^ other, key=lambda each: len(operands(each)))

    def _vanished(self, group: sums.Group, width: int) -> Reply:
        """Whether some addends add up to 0. Where they do, the others stand for the latest of them in sums."""
        total = combination(group, 0, width)
        reply = self._questions.zero(self._declare(total))
        if not isinstance(reply, Zero):
            return reply
        self._keep(total, self._declare(BV.const(0, width)), reply.argument, reply.under_premises)
        (times, latest), *_ = group
        if times in (1, (1 << width) - 1):
            rest = self._declare(latest - total if times == 1 else latest + total)
            self._check(latest, rest)
            self._in_sums[latest] = rest
        return reply

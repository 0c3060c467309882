"""Random words: that the model, Capstone and Unicorn agree on what is an instruction.

A word that the model claims must be an instruction of that name to Capstone, and must run on Unicorn. A word that it does
not claim must be none to Capstone, or be listed in `known_differences` with the reason. Where a word fits the pattern of
a class and its model says "unallocated", Unicorn is asked too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

from isa.encoding import AmbiguousEncoding, Encoding, classify, encodings
from isa.memory_access import MemoryAccess
from lnsym.conform.contents import background
from lnsym.conform.known_differences import CAPSTONE_REFUSES, LEFT_OUT, UNICORN_ACCEPTS, KnownDifference
from lnsym.conform.single_step import SLOT, SingleStep, StepEnding
from lnsym.machine.decode import disassemble

Question: TypeAlias = Literal["ambiguous", "not an instruction", "another name", "not executed", "hole", "lax"]


@dataclass
class WordDisagreement:
    """A word on which the three do not agree, and which no list explains."""

    word: int
    question: Question
    model: str
    capstone: str
    unicorn: str


@dataclass
class Verdicts:
    """What a run over random words found."""

    words: int = 0
    claimed: int = 0
    """How many of them the model claims."""
    explained: Counter[str] = field(default_factory=Counter)
    """Differences that the lists explain, by reason."""
    disagreements: list[WordDisagreement] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the lists explain everything."""
        return not self.disagreements


def random_words(random: Random, count: int) -> Iterator[int]:
    """Words of four kinds in turn: uniform, of a class's pattern, legal words with bits flipped, of A64's busy space."""
    classes = encodings()
    for number in range(count):
        kind = number % 4
        word = random.getrandbits(32)
        if kind == 1:
            encoding = random.choice(classes)
            word = encoding.value | word & ~encoding.mask
        elif kind == 2:
            encoding = random.choice(classes)
            word = encoding.generator(random) if encoding.generator else encoding.value | word & ~encoding.mask
            for _ in range(random.randint(1, 3)):
                word ^= 1 << random.randrange(32)
        elif kind == 3:  # op0 of branches, loads and stores, data processing; not SVE, not unallocated
            word = word & ~(0xF << 25) | random.choice((5, 7, 8, 9, 10, 11, 4, 6, 12, 13, 14, 15)) << 25
        yield word


def patterns_of(word: int) -> list[Encoding]:
    """The classes whose pattern the word fits, legal there or not."""
    return [encoding for encoding in encodings() if word & encoding.mask == encoding.value]


class Judge:
    """Asks all three about words."""

    def __init__(self) -> None:
        self._machine = SingleStep()
        self._block = bytes(background(Random("random words")).block)

    def run(self, word: int) -> StepEnding:
        """How Unicorn ends the word on random registers."""
        self._machine.load_word(word)
        self._machine.block[:] = self._block
        return self._machine.run()

    def judge(self, word: int, verdicts: Verdicts) -> None:
        """Ask about one word and note the answers."""
        verdicts.words += 1
        capstone = disassemble(word, SLOT)
        named = " ".join(capstone).rstrip() if capstone else "none"
        try:
            found = classify(word)
        except AmbiguousEncoding as error:
            verdicts.disagreements.append(WordDisagreement(word, "ambiguous", str(error), named, ""))
            return
        if found is None:
            self._judge_unclaimed(word, named, capstone is not None, verdicts)
            return
        verdicts.claimed += 1
        encoding, fields = found
        names = encoding.names(fields)
        if capstone is None:
            self._note(word, "not an instruction", names[0], named, "", CAPSTONE_REFUSES, verdicts)
        elif capstone[0] not in names:
            verdicts.disagreements.append(WordDisagreement(word, "another name", names[0], named, ""))
        if encoding.branch(fields) is not None:
            return  # to itself, perhaps, or into the test machinery
        ending = self.run(word)
        if ending in ("undefined", "stopped") and not _is_alignment_fault(encoding.memory(fields), ending):
            verdicts.disagreements.append(WordDisagreement(word, "not executed", names[0], named, ending))

    def _judge_unclaimed(self, word: int, named: str, to_capstone: bool, verdicts: Verdicts) -> None:
        # An exception return would leave the machine at another exception level: such words are not run.
        patterns = [p for p in patterns_of(word) if p.branch(p.fields(word)) is None]
        if to_capstone:
            self._note(word, "hole", "none", named, "", LEFT_OUT, verdicts)
        elif patterns and self.run(word) in ("next", "branch", "fault"):
            self._note(word, "lax", "none", named, "executes", UNICORN_ACCEPTS, verdicts)

    def _note(
        self,
        word: int,
        question: Question,
        model: str,
        capstone: str,
        unicorn: str,
        known: tuple[KnownDifference, ...],
        verdicts: Verdicts,
    ) -> None:
        for difference in known:
            if difference.covers(word):
                verdicts.explained[difference.reason] += 1
                return
        verdicts.disagreements.append(WordDisagreement(word, question, model, capstone, unicorn))


def _is_alignment_fault(access: MemoryAccess | None, ending: StepEnding) -> bool:
    """Random addresses of exclusive and atomic accesses are seldom aligned: Unicorn ends them as it ends no instruction."""
    return ending == "undefined" and access is not None


def judge_words(count: int, seed: int) -> Iterator[Verdicts]:
    """Judge random words; yields what was found so far after every thousand."""
    judge, verdicts = Judge(), Verdicts()
    for number, word in enumerate(random_words(Random(f"words {seed}"), count), start=1):
        judge.judge(word, verdicts)
        if number % 1000 == 0 or number == count:
            yield verdicts

"""The judge: obligations proved, or one of them refuted by an input that runs; the same for `verify`, `equiv` and `mutate`.

The methods come in the order of cost. All but the costly ones run here; few samples go before the cheap ones, since wrong code is wrong
on most inputs, and inputs on which rare events come about (`rare`), since some is wrong on few: for a second before the cheap ones, which
are all that most right code needs, and for longer after them. The costly ones take what is left, each in a process of its own as far as
there are processors: the first answer to an obligation counts, a confirmed counterexample ends everything, and what has no answer in time
is left open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Generic, Protocol, TypeAlias, TypeVar

from lnsym.bv import BV, evaluate, substitute, topological, variables
from lnsym.bv.dag import listing
from lnsym.bv.names import values_listed
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.errors import ToolFault
from lnsym.machine.endings import EndOfPath
from lnsym.machine.extents import same_elements
from lnsym.machine.origins import ElementAt
from lnsym.machine.paths import Conditions
from lnsym.prove import consistency
from lnsym.prove.consistency import Claim, named_terms
from lnsym.prove.evidence import ByLemma, Evidence, Proof, Reduced
from lnsym.prove.frontier import Frontier, frontier
from lnsym.prove.method import Answer, Budget, Cost, Method, Proved, Refuted, Replacements, Unknown
from lnsym.prove.methods import METHODS, Z3
from lnsym.prove.race import Ended, chains, race
from lnsym.prove.rare import CANDIDATES, NEEDLES, Decisive, Needles, comparisons, predicates
from lnsym.prove.refutation import Stopped, external_symbols, may_be_refuted
from lnsym.run.inputs import Sample, holding

FEW_SAMPLES = 4
"""Samples that are tried before the cheap methods."""

SAMPLES = 48

CONFIRMATIONS = 8
"""How many candidates for a counterexample are run, of one method or of one obligation."""

FIRST_OF_NEEDLES = 1.0
"""Seconds for inputs on which rare events come about, before the cheap methods."""

SHARE_OF_NEEDLES = 0.06
"""Which part of the time that is left goes by at most for more of them, after the cheap methods and again before the costly ones."""

SHARE_OF_SMALLER = 0.05
"""Which part of the time a solver may take for an input that can be run, where one that was found is too large."""

LEAST_OF_NEEDLES = 1.0
"""Seconds that this gets however short the time is."""

AFTERWARDS = 5.0
"""Seconds past the deadline for what must not be left out: the check of what was proved, or where an open obligation comes from."""

SHOWN_VALUES = 3
"""How many values are said on which a lemma is false."""

REFUTE = "refute"
"""Under which name a report counts what was tried on inputs."""


@dataclass(frozen=True)
class Limits:
    """What the methods may use."""

    deadline: Deadline = NEVER
    """For all obligations together."""
    goal_timeout: float | None = None
    """Seconds for one obligation and one solver."""
    methods: tuple[Method, ...] = METHODS
    write_query: Callable[[str, Sequence[BV]], None] | None = None
    """Takes the name of each obligation that comes to the costly methods, and terms of one bit that it says cannot all be 1."""
    processes: int = 1
    """How many methods run at a time."""


# -- what is asked ------------------------------------------------------------------------------------

Shown = TypeVar("Shown")
"""An input that was run, and what it shows: one type for each kind of question."""


class GivenInputs(Protocol):
    """What a contract gives the code that is judged."""

    @property
    def assumptions(self) -> Sequence[BV]:
        """What it says itself, terms of one bit."""

    @property
    def preconditions(self) -> Sequence[BV]:
        """All that holds of an input, facts of pointers included."""

    @property
    def small(self) -> Sequence[BV]:
        """What more holds of an input that can be run, where sizes are open."""

    @property
    def pointers(self) -> Container[BV]:
        """The variables of which these facts speak."""

    @property
    def externals(self) -> Mapping[BV, str]:
        """The variables for addresses, 64 bits, and bytes of what other files define, each with its symbol."""

    @property
    def bases(self) -> Container[BV]:
        """The variables for where the pieces of files lie."""

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        """Endless values of variables, and of all pointers, free or not, where the preconditions allow them."""


class Replayer(Protocol[Shown]):
    """Runs inputs on the code that is judged."""

    @property
    def given(self) -> GivenInputs:
        """What its inputs are."""

    def confirm(self, sample: Sample) -> Shown | None:
        """What an input shows when it is run; None where that is nothing. Raises ToolFault, DeadlinePassed."""

    def improvements(self, shown: Shown) -> Iterator[Shown]:
        """The same with a smaller input, or with more said of it; the last is the best. Raises DeadlinePassed."""


@dataclass(frozen=True)
class ProofQuestion(Generic[Shown]):
    """Obligations, with the conditions of their paths as premises; what else may be assumed is given."""

    claimed: Sequence[Obligation]
    replayer: Replayer[Shown]
    stopped: Stopped = field(default_factory=dict)
    """That no input takes the paths which do not return."""
    lemmas: Sequence[Obligation] = ()
    """Each is proved before the others, with the help of those before it, and helps once it is; premises are what is assumed."""
    labelled: Sequence[BV] = ()
    """Terms to which words may be joined though no obligation speaks of them."""
    runs: bool = True
    """Whether an input on which one fails can be run; not where a path starts in the middle of the code."""

    @property
    def obligations(self) -> list[Obligation]:
        """All of them."""
        return [*self.claimed, *self.stopped]

    def can_be_shown(self, obligation: Obligation) -> bool:
        """Whether an input on which it fails may be run, and may be the code's doing. If not, and one is known, it stays open at once."""
        if not self.runs or obligation.kind == "lemma":  # it says nothing of the code
            return False
        if obligation in self.stopped:
            return may_be_refuted(*self.stopped[obligation])
        return not self._speaks_of_other_files or not external_symbols(self.replayer.given.externals, obligation)

    @cached_property
    def _speaks_of_other_files(self) -> bool:
        """Whether any of them does: they have most terms in common, and are looked through once."""
        known = self.replayer.given.externals
        return any(v in known for v in variables([term for obligation in self.claimed for term in obligation.terms]))


# -- what comes of it ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class MethodUse:
    """What one method did: how many goals it closed, in how many seconds."""

    name: str
    goals: int
    seconds: float


@dataclass(frozen=True)
class Established:
    """Every obligation was proved, and what was said of them was checked on fresh inputs."""


@dataclass(frozen=True)
class Disproved(Generic[Shown]):
    """An input that ran breaks one of them."""

    shown: Shown


@dataclass(frozen=True)
class LeftOpen:
    """Neither."""

    left: tuple[tuple[Obligation, str], ...] = ()
    """Those that nothing answered, each with a reason."""
    frontier: Frontier | None = None
    """Of the first of them, where code and specification part; None where nothing is left, or the first is a path that was stopped."""
    late: DeadlinePassed | None = None
    """What was under way when the time was over, where that is why nothing is known."""


Outcome: TypeAlias = Established | Disproved[Shown] | LeftOpen


@dataclass(frozen=True)
class Judgement(Generic[Shown]):
    """What came of a question, and how."""

    outcome: Outcome[Shown] = field(default_factory=LeftOpen)
    methods: tuple[MethodUse, ...] = ()
    proofs: tuple[Proof, ...] = ()
    """Of the obligations that were proved, whatever became of the others."""


def judge(question: ProofQuestion[Shown], limits: Limits) -> Judgement[Shown]:
    """Prove all obligations, or refute one; lemmas first. What is open of these leaves the whole open, though it needs none of them.

    Raises ToolFault where answers contradict each other, or an input contradicts one.
    """
    known: list[Obligation] = []
    before: list[Judgement[Shown]] = []
    for number, lemma in enumerate(question.lemmas):
        share = limits.deadline.slice(1 / (len(question.lemmas) - number + 1))
        alone = ProofQuestion([lemma], question.replayer, labelled=question.labelled)
        judgement = _Proceedings(alone, replace(limits, deadline=share), known).judgement()
        before.append(judgement)
        if isinstance(judgement.outcome, Established):
            known.append(lemma)
    judgement = _Proceedings(question, limits, known).judgement()
    for other in reversed(before):
        judgement = _together(other, judgement)
    return judgement


def _together(lemma: Judgement[Shown], claims: Judgement[Shown]) -> Judgement[Shown]:
    """What came of a lemma and of what comes after it: open where one of them is, unless an input disproves what is claimed of the code."""
    uses = {use.name: use for use in lemma.methods}
    for use in claims.methods:
        first = uses.get(use.name, MethodUse(use.name, 0, 0.0))
        uses[use.name] = MethodUse(use.name, first.goals + use.goals, first.seconds + use.seconds)
    outcome = claims.outcome
    match lemma.outcome, claims.outcome:
        case LeftOpen(left, parted), LeftOpen(more, further):
            outcome = LeftOpen((*left, *more), further if parted is None else parted)
        case LeftOpen() as left_open, Established():
            outcome = replace(left_open, late=None)
    return Judgement(outcome, tuple(uses.values()), (*lemma.proofs, *claims.proofs))


def under_preconditions(obligation: Obligation, given: GivenInputs) -> Obligation:
    """The obligation with what the contract assumes, and with what is known of pointers where any of it speaks of one."""
    known = (*obligation.premises, *given.assumptions)
    asked = variables([*known, obligation.left, obligation.right])
    speaks_of_pointers = any(variable in given.pointers for variable in asked)
    premises = (*obligation.premises, *given.preconditions) if speaks_of_pointers else known
    if any(isinstance(variable.origin, ElementAt) for variable in asked):
        premises = (*premises, *same_elements([*premises, obligation.left, obligation.right]))
    return replace(obligation, premises=premises)


def candidates(
    given: GivenInputs, obligations: Sequence[Obligation], count: int = SAMPLES, deadline: Deadline = NEVER
) -> Iterator[Sample]:
    """Of SAMPLES inputs those that meet the assumptions and fail some obligation, up to `count` of each path. Raises DeadlinePassed."""
    free = variables([*given.assumptions, *[term for obligation in obligations for term in obligation.terms]])
    of_path: dict[Conditions, list[Obligation]] = {}
    for obligation in obligations:
        of_path.setdefault(obligation.premises, []).append(obligation)
    conditions = [[*given.assumptions, *path] for path in of_path]
    left = dict.fromkeys(of_path, count)
    for sample in islice(given.inputs(free), SAMPLES):
        deadline.check("while samples were tried")
        taken = [path for path, is_taken in zip(of_path, holding(conditions, sample), strict=True) if is_taken]
        tried = [path for path in taken if left[path]]
        sides = [side for path in tried for obligation in of_path[path] for side in (obligation.left, obligation.right)]
        (values,) = evaluate(sides, [sample], default=0)
        if values[::2] != values[1::2]:
            yield sample
        left.update({path: left[path] - 1 for path in tried})
        if not any(left.values()):
            return


class _Proceedings(Generic[Shown]):
    """One question under way."""

    def __init__(self, question: ProofQuestion[Shown], limits: Limits, lemmas: Sequence[Obligation] = ()) -> None:
        self._question = question
        self._replayer = question.replayer
        self._given = question.replayer.given
        self._limits = limits
        self._lemmas = tuple(lemmas)
        """Those that were proved."""
        self._open = dict.fromkeys(question.obligations)
        self._full: dict[Obligation, Obligation] = {}
        """With all premises, as far as that was asked for; or what a method left in its place."""
        self._reductions: dict[Obligation, list[tuple[str, Evidence]]] = {}
        """For what was left in an obligation's place: who left it, and why it may stand there."""
        self._uses: dict[str, MethodUse] = {}
        self._reasons: dict[Obligation, str] = {}
        self._apart: dict[Obligation, tuple[int, int]] = {}
        self._replaced: dict[Obligation, Replacements] = {}
        self._claims: list[Claim] = []
        self._proofs: list[Proof] = []
        self._models: dict[Obligation, str] = {}
        """Those that an input refutes on the terms, and what found it: nothing may prove them."""
        self._rare: Needles | None = None

    def judgement(self) -> Judgement[Shown]:
        """The stages one after the other, until the time is over."""
        return Judgement(self._outcome(), tuple(self._uses.values()), tuple(self._proofs))

    def _outcome(self) -> Outcome[Shown]:
        try:
            with closing(self._stages()) as stages:
                for shown in stages:
                    return Disproved(shown)
            if self._open:
                return self._left_open()
            allowance = self._limits.deadline.extended(AFTERWARDS)
            consistency.check(self._claims, self._given.inputs([]), deadline=allowance)
        except DeadlinePassed as late:
            return self._left_open(late)
        return Established()

    def _left_open(self, late: DeadlinePassed | None = None) -> LeftOpen:
        otherwise = str(late or "no method that was tried closes it")
        left = tuple([(obligation, self._reasons.get(obligation, otherwise)) for obligation in self._open])
        return LeftOpen(left, self._frontier(), late)

    def _stages(self) -> Generator[Shown, None, None]:
        """What confirmed inputs show, as they are found: whoever takes one need not go on. Raises DeadlinePassed."""
        yield from self._here("free")
        yield from self._by_samples(FEW_SAMPLES)
        yield from self._by_rare_inputs(comparisons, self._limits.deadline.within(FIRST_OF_NEEDLES))
        yield from self._here("cheap")
        yield from self._by_rare_inputs(comparisons, self._for_needles)
        yield from self._here("moderate")
        yield from self._by_samples(SAMPLES)
        yield from self._by_rare_inputs(predicates, self._for_needles)
        yield from self._race()

    # -- methods ----------------------------------------------------------------------------------

    def _here(self, cost: Cost) -> Iterator[Shown]:
        """The methods of a cost in this process."""
        for method in self._methods(cost):
            if not self._open:
                return
            began = time.perf_counter()
            given = {self._with_premises(o) if method.uses_premises else o: o for o in self._open}
            last = method is self._limits.methods[-1]
            for asked, answer in method.attempt(list(given), method.budget(self._budget, last)):
                if given[asked] in self._open:
                    yield from self._heard(method, given[asked], asked, answer)
            self._note(method.name, 0, time.perf_counter() - began)

    def _race(self) -> Iterator[Shown]:
        """The costly methods side by side on what is open."""
        limits = self._limits
        asked = [obligation for obligation in self._open if self._is_worth_asking(obligation)]
        methods = [method for method in self._methods("costly") if method.ready()] if asked else []
        if not methods:
            return
        full = [self._in_time(obligation) for obligation in asked]
        if self._lemmas:
            full = [self._by_lemmas(obligation) for obligation in asked]
        if limits.write_query is not None:
            for obligation in full:
                if obligation.left is not obligation.right:
                    limits.write_query(obligation.name, obligation.failure)
        rare = self._rare if self._rare is not None and self._rare.worthwhile and Z3 in methods else None
        rivals = chains(methods, limits.processes, () if rare is None else (rare.method,))
        by_name = {method.name: method for rival in rivals for method in rival}
        began = time.perf_counter()
        try:
            with closing(race(full, self._budget, rivals)) as messages:
                for found in messages:
                    if isinstance(found, ToolFault):
                        raise found
                    if isinstance(found, Ended):
                        self._note(found.method, 0, found.seconds)
                        continue
                    obligation, method = asked[found.obligation], by_name[found.method]
                    if obligation not in self._open:
                        continue
                    for shown in self._heard(method, obligation, full[found.obligation], found.answer):
                        self._note(found.method, 0, time.perf_counter() - began)
                        yield shown
                    if self._is_over(asked, found.answer):
                        return
        finally:
            self._note_ended(rivals, time.perf_counter() - began)

    def _is_over(self, asked: Sequence[Obligation], answer: Answer) -> bool:
        """Whether nothing is to be had of the race after an answer."""
        left = [obligation for obligation in asked if obligation in self._open]
        return not left or (isinstance(answer, Refuted) and not any(map(self._is_worth_asking, left)))

    def _heard(self, method: Method, obligation: Obligation, asked: Obligation, answer: Answer) -> Iterator[Shown]:
        """Note a method's answer to an open obligation; what it shows, if it is a model and that runs.

        `asked` is the obligation with the premises that the method had. Raises ToolFault where an input shows the answer to be wrong.
        """
        match answer:
            case Proved(evidence):
                self._close(method, obligation, asked, evidence)
            case Refuted(model, reason):
                yield from self._tried(method.name, obligation, asked, model, reason)
            case Unknown(reason, apart, rest, replaced):
                self._reasons.setdefault(obligation, reason)
                if apart is not None:
                    self._apart.setdefault(obligation, apart)
                if replaced is not None:
                    self._replaced.setdefault(obligation, replaced)
                if rest is not None:
                    self._full[obligation] = rest.obligation
                    self._reductions.setdefault(obligation, []).append((method.name, rest.evidence))

    def _close(self, method: Method, obligation: Obligation, asked: Obligation, evidence: Evidence) -> None:
        if obligation in self._models:
            raise _outvoted(obligation, self._models[obligation], method.name)
        reductions = self._reductions.get(obligation, []) if method.uses_premises else []
        for by, reduction in reversed(reductions):
            evidence = Reduced(by, reduction, evidence)
        claimed = under_preconditions(obligation, self._given) if reductions else asked
        self._claims.append(Claim(method.name, claimed if method.uses_premises else replace(claimed, premises=())))
        self._proofs.append(Proof(obligation.name, obligation.path, method.name, evidence))
        del self._open[obligation]
        self._note(method.name, 1, 0.0)

    def _methods(self, cost: Cost) -> list[Method]:
        return [method for method in self._limits.methods if method.cost == cost]

    @property
    def _budget(self) -> Budget:
        return Budget(self._limits.deadline, self._limits.goal_timeout, self._lemmas, tuple(self._question.labelled))

    # -- inputs -----------------------------------------------------------------------------------

    def _by_samples(self, count: int) -> Iterator[Shown]:
        """Samples on which a path stops, or an obligation fails, according to the simulator."""
        if not self._open:
            return
        began = time.perf_counter()
        try:
            shown = [obligation for obligation in self._open if self._question.can_be_shown(obligation)]
            yield from self._confirmed(candidates(self._given, shown, count, self._limits.deadline))
            for lemma in [obligation for obligation in self._open if obligation.kind == "lemma"]:
                for sample in islice(candidates(self._given, [lemma], count, self._limits.deadline), 1):
                    yield from self._tried(REFUTE, lemma, self._with_premises(lemma), sample)
        finally:
            self._note(REFUTE, 0, time.perf_counter() - began)

    @property
    def _for_needles(self) -> Deadline:
        return self._limits.deadline.slice(SHARE_OF_NEEDLES, LEAST_OF_NEEDLES)

    def _by_rare_inputs(self, decisive: Decisive, deadline: Deadline) -> Iterator[Shown]:
        """Inputs on which rare events of such terms come about. What was tried before is not tried again."""
        if not self._open or not self._question.runs:
            return
        began = time.perf_counter()
        try:
            for obligation, sample in islice(self._rare_inputs(decisive, deadline), CANDIDATES):
                yield from self._tried(NEEDLES, obligation, self._with_premises(obligation), sample)
        finally:
            self._note(REFUTE, 0, time.perf_counter() - began)

    def _rare_inputs(self, decisive: Decisive, deadline: Deadline) -> Iterator[tuple[Obligation, Sample]]:
        before, self._rare = self._rare, None
        terms = [term for obligation in self._open for term in obligation.terms]
        terms += self._with_premises(next(iter(self._open))).premises  # what the contract assumes is the same for all
        if next(decisive(terms), None) is None or deadline.passed:
            return
        given = {self._with_premises(obligation): obligation for obligation in self._open}
        self._rare = Needles(list(given), self._given.inputs, decisive)
        if before is not None and (before.obligations, before.decisive) == (list(given), self._rare.decisive):
            self._rare = before  # it goes on
        if not self._rare.is_done:
            for asked, sample in self._rare.by_inversion(deadline):
                yield given[asked], sample

    def _tried(
        self, method: str, obligation: Obligation, asked: Obligation, model: Sample, reason: str = ""
    ) -> Iterator[Shown]:
        """What an input shows that a method found. Where it shows nothing and the claim is false on it, nothing may prove that.

        Raises ToolFault where the obligation holds on it.
        """
        if self._question.can_be_shown(obligation):
            yield from self._confirmed(self._placed(model))
            smaller = self._smaller(asked)
            if smaller is not None:
                yield from self._confirmed(self._placed(smaller))
        if not _fails(asked, model):
            raise _no_model(asked, method, model)
        if obligation.kind == "lemma":
            reason = _false_where(obligation, model)
        self._reasons[obligation] = reason or f"{method} found a counterexample that did not run"
        self._models[obligation] = method

    def _smaller(self, asked: Obligation) -> Sample | None:
        """An input on which an obligation fails and regions of open size are small, if a solver finds one in a moment."""
        if not self._given.small:
            return None
        from lnsym.prove import smt

        seconds = self._limits.deadline.slice(SHARE_OF_SMALLER).left()
        return smt.solve([*asked.failure, *self._given.small], seconds).model or None

    def _placed(self, model: Sample) -> Iterator[Sample]:
        """The input with everything at addresses that can be mapped, and as it is."""
        stream = self._given.inputs([])
        for _ in range(2):
            yield {**model, **next(stream)}
        yield {**next(stream), **model}

    def _confirmed(self, samples: Iterator[Sample]) -> Iterator[Shown]:
        """What the first of some samples that shows something does, as well as it can be said."""
        for sample in islice(samples, CONFIRMATIONS):
            shown = self._replayer.confirm(sample)
            if shown is not None:
                with suppress(DeadlinePassed, EndOfPath):  # it stands, whatever more could be said of it
                    for better in self._replayer.improvements(shown):
                        shown = better
                yield shown

    # -- premises, and what is noted --------------------------------------------------------------

    def _with_premises(self, obligation: Obligation) -> Obligation:
        if obligation not in self._full:
            self._full[obligation] = under_preconditions(obligation, self._given)
        return self._full[obligation]

    def _by_lemmas(self, obligation: Obligation) -> Obligation:
        """The obligation with the right sides of lemmas in the place of their left ones; the premises, which imply them, as they are."""
        full = self._with_premises(obligation)
        written: dict[BV, BV] = {}
        for lemma in self._lemmas:
            (written[lemma.left],) = substitute([lemma.right], written)
        left, right = substitute([full.left, full.right], written)
        if left is full.left and right is full.right:
            return full
        reductions = [("lemma", ByLemma(lemma.name)) for lemma in self._lemmas]
        self._reductions.setdefault(obligation, []).extend(reductions)
        self._full[obligation] = replace(full, left=left, right=right)
        return self._full[obligation]

    def _in_time(self, obligation: Obligation) -> Obligation:
        self._limits.deadline.check("before sweep and the solvers began")
        return self._with_premises(obligation)

    def _is_worth_asking(self, obligation: Obligation) -> bool:
        """Whether a method may still prove it, or refute it with an input that runs."""
        return obligation not in self._models or self._question.can_be_shown(obligation)

    def _note(self, method: str, goals: int, seconds: float) -> None:
        name = REFUTE if method == NEEDLES else method
        use = self._uses.get(name, MethodUse(name, 0, 0.0))
        self._uses[name] = MethodUse(name, use.goals + goals, use.seconds + seconds)

    def _note_ended(self, rivals: Sequence[Sequence[Method]], seconds: float) -> None:
        """The methods that were ended with the race took as long as it did."""
        for rival in rivals:
            first = next(method.name for method in rival if method.name != NEEDLES)
            if not self._uses.get(first, MethodUse(first, 0, 0.0)).seconds:
                self._note(first, 0, seconds)

    def _frontier(self) -> Frontier | None:
        """Where the first open obligation parts: what one of the methods said of it."""
        if next(iter(self._open), None) not in self._question.claimed:
            return None
        if all(each.kind == "lemma" and each in self._models for each in self._open):
            return None
        asked = min(self._open, key=lambda each: each.left is each.right or each in self._question.stopped)
        others = [each for each in self._question.claimed if each.premises == asked.premises]
        replaced, pair = self._replaced.get(asked), self._terms_apart(asked)
        try:
            return frontier(asked, others, replaced, pair, self._limits.deadline.extended(AFTERWARDS))
        except DeadlinePassed:
            return frontier(asked, (), None, pair, NEVER)

    def _terms_apart(self, asked: Obligation) -> tuple[BV, BV] | None:
        serials = self._apart.get(asked)
        if serials is None:
            return None
        sides = [side for obligation in self._question.obligations for side in (obligation.left, obligation.right)]
        by_serial = {term.serial: term for term in topological(sides)}
        first, second = (by_serial.get(serial) for serial in serials)
        return (first, second) if first is not None and second is not None else None


def _fails(obligation: Obligation, model: Mapping[BV, int]) -> bool:
    """Whether the obligation is false on a model, whether or not it runs: the two sides differ, all premises being 1."""
    ((left, right, *premises),) = evaluate(obligation.terms, [model], default=0)
    return left != right and all(premises)


def _false_where(lemma: Obligation, model: Mapping[BV, int]) -> str:
    """That a lemma is false on a model, with some of the values."""
    spoken_of = variables([lemma.left, lemma.right])
    values = [f"{v.origin} = {model.get(v, 0):#x}" for v in spoken_of[:SHOWN_VALUES]]
    return f"it is false where {', '.join([*values, *(['…'] if len(spoken_of) > SHOWN_VALUES else [])])}"


def _no_model(obligation: Obligation, method: str, model: Mapping[BV, int]) -> ToolFault:
    what = f"the model that {method} found for {obligation.name} does not tell the two sides apart"
    return ToolFault(what, f"{what}\n{listing(named_terms(obligation))}{values_listed(model)}")


def _outvoted(obligation: Obligation, refuted: str, proved: str) -> ToolFault:
    what = f"{proved} proved {obligation.name}, which is false on the model that {refuted} found"
    return ToolFault(what, f"{what}\n{listing(named_terms(replace(obligation, premises=())))}")

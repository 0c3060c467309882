"""Joins: gates with equal signatures, shown equal and made one as they are built.

A signature is what a node is on thousands of samples at once, one bit each. A new gate whose signature, or its complement, is that of
an earlier node is compared with it: point by point over a narrow cut, then by a SAT solver on cones that grow. Where the two are
equal the earlier one takes the new one's place, so everything above is built on joined nodes. Where they differ, the
input that shows it becomes a sample. Where no answer comes within the effort, the pair is left apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pysat.solvers import Solver

from lnsym.bv import BV
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.prove.circuit.graph import FALSE, INPUT, Gate, Graph, Key, Literal, value, values
from lnsym.prove.evidence import GateArgument, Join, Parity, TruthTable, Unsatisfiable
from lnsym.prove.sweep.cones import (
    MAX_INPUTS,
    Cone,
    clauses,
    cone,
    difference_table,
    equal_by_parity,
    narrow_cone,
    variable,
)
from lnsym.prove.sweep.samples import Samples

SOLVER = "cadical153"
PORTION = 1_000
"""How many conflicts the solver may have between two looks at the clock."""

SHARED = 20_000
"""Up to how many gates of the graph one solver, with all it has learned, serves all whole cones."""

CANDIDATES = 4
"""With how many earlier nodes of its signature a gate is compared."""


@dataclass(frozen=True)
class Effort:
    """How large the cones grow for one pair, in gates, and how many conflicts the solver may have on each."""

    sizes: tuple[int, ...]
    conflicts: int


@dataclass(frozen=True)
class FoundDifference:
    """What the solver says of a pair: True with values of the variables, False, or None where it gave up."""

    found: bool | None
    values: dict[BV, int] = field(default_factory=dict)


class Joins:
    """A graph whose equal gates are one, as far as the effort goes."""

    def __init__(self, effort: Effort, deadline: Deadline, samples: Samples) -> None:
        self.graph = Graph(self._meet, self._alike)
        self.effort = effort
        self.deadline = deadline
        self.samples = samples
        self.apart: list[tuple[Literal, Literal]] = []
        """Pairs with equal signatures for which no answer came."""
        self.joins: list[Join] = []
        """What was joined, in that order."""
        self._values: list[int] = [0]
        self._classes: dict[int, list[int]] = {0: [0]}
        self._keys: dict[int, Key] = {}
        self._joined: set[int] = set()
        self._whole = Solver(name=SOLVER)
        self._loaded: set[int] = set()
        self._pending: list[dict[Key, int]] = []

    # -- signatures -----------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """The values of nodes made since the last call; inputs among them take theirs from the samples."""
        gates, known, graph = self.graph.gates, self._values, self.graph
        if len(self._keys) != len(graph.inputs):
            for key, node in list(graph.inputs.items())[len(self._keys) :]:
                self._keys[node] = key
        while len(known) < len(gates):
            node = len(known)
            if gates[node][0] == INPUT:
                known.append(self.samples.bit(self._keys[node]))
                self._enter(node)
            else:
                values(gates[: node + 1] if node + 1 < len(gates) else gates, known, self.samples.ones)

    def signature(self, literal: Literal) -> int:
        """The literal's values on all samples."""
        self._catch_up()
        return self._values[literal >> 1] ^ (self.samples.ones if literal & 1 else 0)

    def _enter(self, node: int) -> None:
        self._classes.setdefault(self._normal(node)[0], []).append(node)

    def _normal(self, node: int) -> tuple[int, int]:
        """The signature up to complement, and whether it was complemented."""
        value = self._values[node]
        return (value ^ self.samples.ones, 1) if value & 1 else (value, 0)

    # -- one pair -------------------------------------------------------------------------------

    def _meet(self, node: int) -> Literal:
        """The literal to be used for a new gate."""
        self._catch_up()
        signature, sign = self._normal(node)
        others = self._classes.get(signature)
        if others is None:
            self._classes[signature] = [node]
            return 2 * node
        for other in others[:CANDIDATES]:
            literal = 2 * other | (sign ^ self._normal(other)[1])
            argument = self._argument(2 * node, literal)
            if argument is not None:
                return self._declare(Join(node, literal, argument))
        self._enter(node)
        return 2 * node

    def _alike(self, gate: Gate) -> list[Literal]:
        """The literals with the signature that a gate would have."""
        self._catch_up()
        ones = self.samples.ones
        found = value(gate, self._values, ones)
        sign = found & 1
        others = self._classes.get(found ^ (ones if sign else 0), [])
        return [2 * other | (sign ^ self._normal(other)[1]) for other in others[:CANDIDATES]]

    def _declare(self, join: Join) -> Literal:
        """The literal that stands for a node from now on: the only place where one gate takes another's."""
        self._joined.add(join.node)
        self.joins.append(join)
        return join.literal

    def _argument(self, a: Literal, b: Literal) -> GateArgument | None:
        """Why two literals with equal signatures are one function, if that is found within the effort."""
        try:
            return self._found_argument(a, b)
        except DeadlinePassed:
            self.apart.append((a, b))
            raise

    def _found_argument(self, a: Literal, b: Literal) -> GateArgument | None:
        self._check_time()
        narrow = narrow_cone(self.graph, a >> 1, b >> 1)
        if difference_table(self.graph, a, b, narrow) == 0:
            return TruthTable(tuple(narrow.leaves))
        if equal_by_parity(self.graph, a, b):
            return Parity()
        for size in self.effort.sizes:
            part = cone(self.graph, (a >> 1, b >> 1), size)
            if part.whole and len(part.leaves) <= MAX_INPUTS:
                return self._on_all_points(a, b, part)
            if part.whole and len(self.graph) < SHARED:
                answer = self.differ(a, b, (), self.effort.conflicts).found
                model: list[int] = []
            else:
                with Solver(name=SOLVER, bootstrap_with=clauses(self.graph, part.gates)) as solver:
                    answer, model = self._in_portions(solver, a, b, (), self.effort.conflicts)
            if answer is False:
                return Unsatisfiable(tuple(part.leaves), len(part.gates))
            if part.whole:
                if answer and model:
                    self._learn(self._inputs(model))
                if answer:
                    return None
                break
        self.apart.append((a, b))
        return None

    def _on_all_points(self, a: Literal, b: Literal, part: Cone) -> GateArgument | None:
        """The table over all inputs of a cone; a point at which the two differ is learned."""
        table = difference_table(self.graph, a, b, part)
        if not table:
            return TruthTable(tuple(part.leaves))
        point = (table & -table).bit_length() - 1
        self._learn({leaf: point >> n & 1 for n, leaf in enumerate(part.leaves)})
        return None

    def differ(self, a: Literal, b: Literal, conditions: Sequence[Literal], conflicts: int) -> FoundDifference:
        """Whether some input makes the two differ and all conditions 1; on the whole circuit below them."""
        if FALSE in conditions:
            return FoundDifference(False)
        roots = [literal >> 1 for literal in (a, b, *conditions)]
        fresh = [node for node in cone(self.graph, roots, len(self.graph)).gates if node not in self._loaded]
        for clause in clauses(self.graph, fresh):
            self._whole.add_clause(clause)
        self._loaded.update(fresh)
        answer, model = self._in_portions(self._whole, a, b, conditions, conflicts)
        if not answer:
            return FoundDifference(answer)
        point = self._inputs(model)
        self._learn(point)
        values: dict[BV, int] = {}
        for node, (of, bit) in self._keys.items():
            values[of] = values.get(of, 0) | point.get(node, 0) << bit
        return FoundDifference(True, values)

    def _in_portions(
        self, solver: Any, a: Literal, b: Literal, conditions: Sequence[Literal], conflicts: int
    ) -> tuple[bool | None, list[int]]:
        """As `_differ`, with a look at the clock now and then."""
        while conflicts > 0:
            self._check_time()
            answer, model = _differ(solver, a, b, conditions, min(conflicts, PORTION))
            if answer is not None:
                return answer, model
            conflicts -= PORTION
        return None, []

    def _inputs(self, model: Sequence[int]) -> dict[int, int]:
        """The inputs' values in a solver's model, by their nodes."""
        return {node: int(model[node - 1] > 0) for node in self._keys if node <= len(model)}

    def _check_time(self) -> None:
        self.deadline.check("in sweep")

    # -- counterexamples ------------------------------------------------------------------------

    def _learn(self, point: Mapping[int, int]) -> None:
        """Take values of inputs, by their nodes, and some near them, as samples."""
        self._pending.append({key: point[node] for node, key in self._keys.items() if node in point})
        if len(self._pending) >= (1 if len(self.graph) < 20_000 else 16):
            self.refine()

    def refine(self) -> None:
        """Evaluate everything on the new samples, and class the nodes anew."""
        if not self._pending:
            return
        self._catch_up()
        self.samples.extend(self._pending)
        self._pending = []
        gates = self.graph.gates
        known: list[int] = [0]
        while len(known) < len(gates):
            node = len(known)
            if gates[node][0] == INPUT:
                known.append(self.samples.bit(self._keys[node]))
                continue
            end = node
            while end < len(gates) and gates[end][0] != INPUT:
                end += 1
            values(gates[:end], known, self.samples.ones)
        self._values = known
        self._classes = {}
        for node in range(len(gates)):
            if node not in self._joined:
                self._enter(node)


def _differ(
    solver: Any, a: Literal, b: Literal, conditions: Sequence[Literal], conflicts: int
) -> tuple[bool | None, list[int]]:
    """Whether the clauses let two literals differ under conditions, and such values of all variables; None for gave up."""
    known = [variable(condition) for condition in conditions if condition > 1]
    certain = True
    for x, y in ((a, b ^ 1), (a ^ 1, b)):
        if FALSE in (x, y):
            continue
        solver.conf_budget(conflicts)
        answer = solver.solve_limited(assumptions=[*known, *[variable(z) for z in (x, y) if z > 1]])
        if answer:
            return True, solver.get_model() or []
        certain = certain and answer is False
    return (False if certain else None), []

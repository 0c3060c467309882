"""Planted faults: the semantics of `isa` with one thing wrong in each.

A fault is a change of one node of a module's syntax tree: an operand swapped, a constant off by one, a wrong flag, the
upper half of a register not cleared. Only semantics are changed, not the functions that say which words are legal. What
`lnsym.mutation` changes is machine code; its changes are called mutants.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from lnsym.conform.sources import modules, source

_NO_SEMANTICS = frozenset({
    "isa.assumptions", "isa.branch", "isa.branch_types", "isa.encoding", "isa.features", "isa.interface", "isa.memory_access",
    "isa.operands",
})  # fmt: skip
"""Unicorn has no guarded pages, so that it cannot tell what PSTATE.BTYPE is."""

_DECLARATIONS = frozenset({
    "mnemonic", "generate", "names", "holds", "lands", "feature", "data_independent_time", "branch", "assumption", "memory",
    "multiple_memory", "single_memory", "_is_prefetch", "size_setting", "shift_setting", "operation_setting",
})  # fmt: skip
"""Functions that say what a class is and which words are legal; a campaign tests what `execute` does."""

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Mult: ast.Add,
}

_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

_METHODS = {
    "zero_extend": ("sign_extend",),
    "sign_extend": ("zero_extend",),
    "ult": ("slt", "ule"),
    "slt": ("ult", "sle"),
    "ule": ("sle", "ult"),
    "sle": ("ule", "slt"),
    "rotate_right": ("rotate_left", "__rshift__"),
    "rotate_left": ("rotate_right",),
    "shift_right_arithmetic": ("__rshift__",),
    "eq": ("ne",),
    "ne": ("eq",),
    "udiv": ("sdiv",),
    "sdiv": ("udiv",),
    "x": ("x_or_sp",),
    "x_or_sp": ("x",),
    "set_x": ("set_x_or_sp",),
    "set_x_or_sp": ("set_x",),
}

_FIELDS = {"Rn": "Rm", "Rm": "Rn", "Rd": "Rn", "Rt": "Rt2", "Rt2": "Rt", "Ra": "Rm", "Rs": "Rt", "Q": "U", "U": "Q"}

_FLAGS = {"n": "z", "z": "n", "c": "v", "v": "c"}


@dataclass(frozen=True)
class PlantedFault:
    """A module with one fault."""

    module: str
    kind: str
    line: int
    before: str
    after: str
    number: int
    """Which of the module's faults; below 0 the module is as it is."""

    @property
    def name(self) -> str:
        """What it is known by."""
        return f"{self.module}:{self.line}: {self.before} -> {self.after}"

    def text(self) -> str:
        """The whole module, faulty."""
        tree = ast.parse(source(self.module))
        if self.number >= 0:
            place = next(islice(_changes(tree), self.number, None))
            _replace(place.parent, place.attribute, place.index, place.new)
        return ast.unparse(ast.fix_missing_locations(tree))


Change = tuple[str, ast.AST]
"""A kind of fault and the node that takes the place of the old one."""


def _binary(node: ast.BinOp) -> Iterator[Change]:
    other = _BINARY.get(type(node.op))
    if other is not None:
        yield "operator", ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.Sub | ast.LShift | ast.RShift) and not isinstance(node.right, ast.Constant):
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)


def _compare(node: ast.Compare) -> Iterator[Change]:
    other = _COMPARISON.get(type(node.ops[0]))
    if other is not None:
        yield "comparison", ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)


def _constant(node: ast.Constant) -> Iterator[Change]:
    if type(node.value) is int:
        yield "off by one", ast.Constant(node.value + 1)
        if node.value > 0:
            yield "off by one", ast.Constant(node.value - 1)


def _keeping_high_half(call: ast.Call, method: str, full: int) -> Change:
    """set_v or set_x that leaves the upper bits of the register as they were."""
    number, value = (ast.unparse(argument) for argument in call.args)
    read = f"state.{method[4:]}({number})"
    concat = "__import__('lnsym.bv', fromlist=['concat']).concat"
    kept = f"(lambda new: new if new.width == {full} else {concat}({read}[{full - 1}:new.width], new))({value})"
    text = f"state.{method}({number}, {kept})".replace(f"[{full - 1}:new.width]", f".extract({full - 1}, new.width)")
    return "high half kept", ast.parse(text, mode="eval").body


def _call(node: ast.Call) -> Iterator[Change]:
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr in ("set_v", "set_x") and len(node.args) == 2:
        yield _keeping_high_half(node, function.attr, 128 if function.attr == "set_v" else 64)
    if isinstance(function, ast.Name) and len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
        first, second, *rest = node.args
        if ast.unparse(first) != ast.unparse(second) and ast.unparse(first) != "state":
            yield "operands swapped", ast.Call(function, [second, first, *rest], node.keywords)
        if len(rest) and ast.unparse(second) != ast.unparse(rest[0]):
            yield "operands swapped", ast.Call(function, [first, rest[0], second, *rest[1:]], node.keywords)


def _attribute(node: ast.Attribute) -> Iterator[Change]:
    owner = ast.unparse(node.value)
    if not isinstance(node.ctx, ast.Load):
        return
    for other in _METHODS.get(node.attr, ()):
        yield "method", ast.Attribute(node.value, other, node.ctx)
    if owner == "f" and node.attr in _FIELDS:
        yield "field", ast.Attribute(node.value, _FIELDS[node.attr], node.ctx)
    if "flags" in owner and node.attr in _FLAGS:
        yield "flag", ast.Attribute(node.value, _FLAGS[node.attr], node.ctx)


def _choice(node: ast.IfExp) -> Iterator[Change]:
    yield "choice", ast.IfExp(node.test, node.orelse, node.body)


def _condition(node: ast.If) -> Iterator[Change]:
    yield "choice", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def _unary(node: ast.UnaryOp) -> Iterator[Change]:
    if isinstance(node.op, ast.Invert | ast.USub):
        yield "inversion forgotten", node.operand


def _elements(node: ast.List | ast.Tuple) -> Iterator[Change]:
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        first, second, *rest = node.elts
        if not isinstance(first, ast.Starred) and ast.unparse(first) != ast.unparse(second):
            yield "lanes swapped", type(node)([second, first, *rest], node.ctx)


def _statement(node: ast.Expr) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        yield "effect forgotten", ast.Pass()


def _assignment(node: ast.Assign) -> Iterator[Change]:
    if ast.unparse(node.targets[0]) == "state.flags":
        yield "effect forgotten", ast.Pass()


_CHANGES: dict[type[ast.AST], Callable[..., Iterator[Change]]] = {
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.IfExp: _choice,
    ast.If: _condition,
    ast.UnaryOp: _unary,
    ast.List: _elements,
    ast.Tuple: _elements,
    ast.Expr: _statement,
    ast.Assign: _assignment,
}


def _has_semantics(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name not in _DECLARATIONS and "name" not in node.name and "reserved" not in node.name
    return isinstance(node, ast.ClassDef)


@dataclass(frozen=True)
class _Place:
    """A node in its parent, and what could stand in its place."""

    parent: ast.AST
    attribute: str
    index: int | None
    old: ast.AST
    kind: str
    new: ast.AST


def _changes(tree: ast.Module) -> Iterator[_Place]:
    """All single changes of a module's semantics."""
    waiting: list[ast.AST] = []
    for top in tree.body:
        if _has_semantics(top):
            waiting.append(top)
        elif isinstance(top, ast.Assign | ast.AnnAssign):
            waiting += [node for node in ast.walk(top) if isinstance(node, ast.Lambda)]
    while waiting:
        parent = waiting.pop()
        for attribute, value in ast.iter_fields(parent):
            if attribute in ("annotation", "returns", "decorator_list"):
                continue
            children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for index, child in children:
                if not isinstance(child, ast.AST) or (isinstance(child, ast.FunctionDef) and not _has_semantics(child)):
                    continue
                waiting.append(child)
                if isinstance(parent, ast.Compare) and isinstance(child, ast.List | ast.Tuple):
                    continue  # `in` asks for no order
                for kind, new in _CHANGES.get(type(child), _none)(child):
                    yield _Place(parent, attribute, index, child, kind, ast.copy_location(copy.deepcopy(new), child))


def _replace(parent: ast.AST, attribute: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, attribute, node)
    else:
        getattr(parent, attribute)[index] = node


def _none(node: ast.AST) -> Iterator[Change]:
    return iter(())


def faults_of(module: str) -> Iterator[PlantedFault]:
    """All faults that can be planted in a module."""
    for number, place in enumerate(_changes(ast.parse(source(module)))):
        before, after = (ast.unparse(node).splitlines()[0][:80] for node in (place.old, place.new))
        yield PlantedFault(module, place.kind, getattr(place.old, "lineno", 0), before, after, number)


def all_faults() -> Iterator[PlantedFault]:
    """The faults of all modules that hold semantics."""
    for module in modules():
        if module not in _NO_SEMANTICS:
            yield from faults_of(module)

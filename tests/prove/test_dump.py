"""Queries written out say what the terms say: read back by z3, bitwuzla, PySAT and a reader of AIGER of our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from pysat.formula import CNF
from pysat.solvers import Solver

from benchmarks.equivalences import GOALS, NEAR_MISSES
from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table, variables
from lnsym.errors import DumpUnwritable
from lnsym.prove import smt
from lnsym.prove.dump import prepare, write_query
from tests.prove import aiger_reader

X, Y, C = BV.var("x", 8), BV.var("y", 8), BV.var("state[3]", 1)
BOX = table([at * 29 + 1 & 0xFF for at in range(200)], 8)

TERMS = {
    "sum": X + 3 * Y - 5,
    "bitwise": (X & Y) ^ ~(Y.rotate_right(3)) | X,
    "product": X * Y,
    "quotients": X.udiv(Y) ^ X.sdiv(Y),
    "carry-less": clmul(X, Y)[10:3],
    "shifts": (X << Y) ^ (Y >> X) ^ X.shift_right_arithmetic(Y),
    "choice": ite(C, ite(X.slt(Y), X, Y), concat(X[3:0], Y[7:4])),
    "lookup": lookup(BOX, X + Y),
    "sign": concat(X.ult(Y), C, X[2:0].sign_extend(6)),
}

QUERIES = {
    **{name: [term.eq(0x3C), X.ne(Y)] for name, term in TERMS.items()},
    "unsatisfiable": [(X + Y).eq(7), (Y + X).ne(7) | X.eq(7 - Y - 1)],
    "true": [BV.const(1, 1)],
    "false": [BV.const(0, 1)],
    "nothing": [],
    "one bit": [C],
    "complement": [~C],
}


def bits(sample: dict[BV, int], terms: Sequence[BV]) -> dict[str, int]:
    return {f"{v.origin}[{i}]": sample[v] >> i & 1 for v in variables(terms) for i in range(v.width)}


@pytest.fixture(params=QUERIES)
def query(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[BV], dict[str, Path], str]:
    conditions = QUERIES[request.param]
    paths = {path.suffix[1:]: path for path in write_query(tmp_path, request.param, conditions)}
    return conditions, paths, smt.solve(conditions, 60).status


def test_smt_lib_read_back_by_z3(query: tuple[list[BV], dict[str, Path], str]) -> None:
    import z3

    _, paths, expected = query
    solver = z3.SolverFor("QF_BV")
    solver.from_file(str(paths["smt2"]))
    assert str(solver.check()) == expected


def test_smt_lib_read_back_by_bitwuzla(query: tuple[list[BV], dict[str, Path], str]) -> None:
    bitwuzla = pytest.importorskip("bitwuzla")
    _, paths, expected = query
    parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
    parser.parse(str(paths["smt2"]), True)
    assert str(parser.bitwuzla().check_sat()) == expected


def test_aiger_evaluates_as_the_terms(query: tuple[list[BV], dict[str, Path], str]) -> None:
    conditions, paths, expected = query
    circuit = aiger_reader.read(paths["aig"].read_bytes())
    random = Random(1)
    samples = [{v: random.getrandbits(v.width) for v in variables(conditions)} for _ in range(500)]
    answer = smt.solve(conditions, 60)
    samples += [answer.model] if answer.status == "sat" else []
    for sample, values in zip(samples, evaluate(conditions, samples), strict=True):
        assert circuit.evaluate(bits(sample, conditions)) == all(values)
    assert expected == "unsat" or circuit.evaluate(bits(answer.model, conditions))


def test_dimacs_solved_by_pysat(query: tuple[list[BV], dict[str, Path], str]) -> None:
    conditions, paths, expected = query
    formula = CNF(from_file=str(paths["cnf"]))
    named = dict(line.removeprefix("c ").split(" = ") for line in formula.comments if " = " in line)
    with Solver(name="cadical153", bootstrap_with=formula.clauses) as solver:
        if [] in formula.clauses:
            assert expected == "unsat"
            return
        assert solver.solve() == (expected == "sat")
        if expected == "sat":
            chosen = {named[str(abs(x))]: int(x > 0) for x in solver.get_model() if str(abs(x)) in named}
            sample = {
                v: sum(chosen.get(f"{v.origin}[{i}]", 0) << i for i in range(v.width)) for v in variables(conditions)
            }
            assert all(evaluate(conditions, [sample])[0])


def test_the_header_of_dimacs_counts(tmp_path: Path) -> None:
    for name, conditions in QUERIES.items():
        lines = write_query(tmp_path, name, conditions)[2].read_text().splitlines()
        (header,) = [line for line in lines if line.startswith("p cnf")]
        clauses = [line.split() for line in lines if line[0] not in "cp"]
        assert int(header.split()[3]) == len(clauses)
        assert max((abs(int(x)) for clause in clauses for x in clause), default=0) <= int(header.split()[2])
        assert all(clause[-1] == "0" for clause in clauses)


@pytest.mark.parametrize("goal", [g for g in [*GOALS, *NEAR_MISSES] if "sha256-16" not in g.name], ids=lambda g: g.name)
def test_circuits_of_the_suite_evaluate_as_the_terms(goal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    sides = goal.sides()
    with rewrite_level(0):
        same = sides.actual.eq(sides.expected)
    (_, aig, _) = write_query(tmp_path, goal.name, [same])
    circuit = aiger_reader.read(aig.read_bytes())
    random = Random(goal.name)
    samples = [{v: random.getrandbits(v.width) for v in variables([same])} for _ in range(3)]
    for sample, (value,) in zip(samples, evaluate([same], samples), strict=True):
        assert circuit.evaluate(bits(sample, [same])) == value


def test_files_of_one_query_have_one_name_and_nothing_is_overwritten(tmp_path: Path) -> None:
    first = write_query(tmp_path, "state[3]", [X.eq(1)])
    assert [path.name for path in first] == ["state_3.smt2", "state_3.aig", "state_3.cnf"]
    before = [path.read_bytes() for path in first]
    second = write_query(tmp_path, "state(3)", [X.eq(2)])
    assert [path.name for path in second] == ["state_3-2.smt2", "state_3-2.aig", "state_3-2.cnf"]
    assert [path.read_bytes() for path in first] == before
    (tmp_path / "state_3-3.cnf").write_text("mine\n")
    assert write_query(tmp_path, "state[3]", [X.eq(3)])[0].name == "state_3-4.smt2"
    assert (tmp_path / "state_3-3.cnf").read_text() == "mine\n"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/root", "..", "", "a\nb", "ü", "x" * 1000, "*?", "-rf"])
def test_names_stay_in_the_directory_and_in_the_comment(name: str, tmp_path: Path) -> None:
    paths = write_query(tmp_path / "queries", name, [X.eq(1)])
    assert {path.parent for path in paths} == {tmp_path / "queries"}
    assert all(len(path.name) < 120 and path.name[0] not in ".-" for path in paths)
    assert paths[0].read_text().splitlines()[1].startswith("(set-info")
    assert CNF(from_file=str(paths[2])).comments[0].startswith("c lnsym:")
    assert aiger_reader.read(paths[1].read_bytes()).comment.startswith("lnsym: ")


def test_the_title_and_the_names_are_in_each_file(tmp_path: Path) -> None:
    smt2, aig, cnf = write_query(tmp_path, "sha256 state[0]", [concat(X, Y).eq(5), C])
    assert smt2.read_text().startswith("; lnsym: sha256 state[0]\n")
    assert "(declare-fun |state[3]| () (_ BitVec 1))" in smt2.read_text()
    circuit = aiger_reader.read(aig.read_bytes())
    assert circuit.comment == "lnsym: sha256 state[0]\n"
    assert set(circuit.inputs) == {*[f"{n}[{i}]" for n in "xy" for i in range(8)], "state[3][0]"}
    assert "= state[3][0]\n" in cnf.read_text()


def test_names_of_variables_stay_on_their_line(tmp_path: Path) -> None:
    _, aig, cnf = write_query(tmp_path, "names", [BV.var("line\nbreak", 1), BV.var("größe", 1)])
    assert aiger_reader.read(aig.read_bytes()).inputs == ["line\\nbreak[0]", "gr\\xf6\\xdfe[0]"]
    assert [line for line in cnf.read_text().splitlines() if line[0] not in "c-0123456789p"] == []


def test_a_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for directory in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nothing")):
        with pytest.raises(DumpUnwritable) as caught:
            prepare(directory)
        assert str(caught.value).startswith(f"{directory}: ")
        assert "\n" not in str(caught.value)
        with pytest.raises(DumpUnwritable):
            write_query(directory, "name", [X.eq(1)])


def test_a_directory_is_made(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []

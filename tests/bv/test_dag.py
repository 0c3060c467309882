"""Terms go out as plain data and come back; data that describes no terms is refused with one error."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from random import Random
from typing import Any

import pytest

from lnsym.bv import BV, evaluate, rewrite_level
from lnsym.bv.dag import MOST_BITS, BadTerms, export, listing, read
from tests.bv.test_operators import TERMS, C, X, Y
from tests.bv.test_properties import Grower, build, samples
from tests.named import named


def grown(seed: int, level: int) -> BV:
    choose = Random(seed)
    grower = Grower(choose, 70)
    with rewrite_level(level):
        return build(grower.tree(grower.width(), 6))


@pytest.mark.parametrize("seed", range(60))
def test_terms_of_level_0_come_back_as_they_were(seed: int) -> None:
    term = grown(seed, 0)
    data = json.loads(json.dumps(export({"root": term})))
    with rewrite_level(0):
        assert read(data) == {"root": term}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", range(60))
def test_terms_come_back_as_equal_functions(seed: int, level: int) -> None:
    term = grown(seed, 1)
    with rewrite_level(level):
        again = read(export({"root": term}))["root"]
    values = [named([term, again], sample) for sample in samples(Random(seed), 6)]
    assert evaluate([again], values) == evaluate([term], values)


@pytest.mark.parametrize("op", TERMS)
def test_every_operator_is_written_and_read(op: str) -> None:
    data = export({"root": TERMS[op]})
    assert data["nodes"][-1][1:3] == [op, TERMS[op].width]
    again = read(data)["root"]
    values = [{X: x, Y: y, C: x & 1} for x in (0, 1, 7, 0x80, 0xFF) for y in (0, 1, 3, 0xFE)]
    assert evaluate([again], values) == evaluate([TERMS[op]], values)


def test_what_is_shared_is_one_node() -> None:
    term = BV.var("x", 64)
    for _ in range(2000):
        term = term * term
    data = export({"one": term, "other": term, "third": BV.var("x", 64)})
    assert len(data["nodes"]) == 2001
    assert data["roots"] == {"one": 2000, "other": 2000, "third": 0}
    assert read(data)["one"] is term


def test_the_listing_is_the_data_in_lines() -> None:
    roots = {"sum": BV.var("x", 8) * BV.var("y", 8) + 1}
    text = listing(roots)
    assert json.loads(text) == export(roots)
    assert '[0, "var", 8, "x"],' in text.splitlines()


def test_a_run_writes_what_another_run_writes() -> None:
    script = """
from lnsym.bv import BV
from lnsym.bv.dag import listing
x, y = BV.var("x", 32), BV.var("y", 32)
print(listing({"f": (x * y ^ x & y ^ 5) + y.udiv(x) * 3, "g": x.eq(y)}))
"""
    texts = {
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
                       capture_output=True, text=True, check=True).stdout
        for seed in ("0", "77")
    }  # fmt: skip
    assert len(texts) == 1


def test_the_reader_gives_the_variables() -> None:
    data = export({"root": BV.var("x", 8) + 1})
    assert read(data, lambda name, width: BV.var(f"{name}'", width))["root"] is BV.var("x'", 8) + 1


GOOD = {"nodes": [[0, "var", 8, "x"], [1, "const", 8, "0x5"], [2, "udiv", 8, 0, 1]], "roots": {"r": 2}}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "terms are nodes and roots"),
        ({"nodes": []}, "terms are nodes and roots"),
        ({"nodes": {}, "roots": {}}, "nodes are a list"),
        ({"nodes": [7], "roots": {}}, "node 0: a node is"),
        ({"nodes": [[1, "var", 8, "x"]], "roots": {}}, "node 0: its number is 1"),
        ({"nodes": [[0, "nand", 8, "x"]], "roots": {}}, "node 0: no operator 'nand'"),
        ({"nodes": [[0, [], 8, "x"]], "roots": {}}, "node 0: no operator"),
        ({"nodes": [[0, "var", 0, "x"]], "roots": {}}, "node 0: no width 0"),
        ({"nodes": [[0, "var", True, "x"]], "roots": {}}, "node 0: no width True"),
        ({"nodes": [[0, "var", MOST_BITS + 1, "x"]], "roots": {}}, "node 0: no width"),
        ({"nodes": [[0, "var", 8, 5]], "roots": {}}, "node 0: no new name"),
        ({"nodes": [[0, "var", 8]], "roots": {}}, "node 0: var of 0 arguments"),
        ({"nodes": [[0, "const", 8, "0x100"]], "roots": {}}, "more than 8 bits"),
        ({"nodes": [[0, "const", 8, 5]], "roots": {}}, "no bit pattern: 5"),
        ({"nodes": [[0, "const", 8, "0x-5"]], "roots": {}}, "node 0: const"),
        ({"nodes": [], "roots": {"r": 0}}, "the root 'r' is no node"),
        ({"nodes": GOOD["nodes"], "roots": {"r": -1}}, "the root 'r' is no node"),
        ({"nodes": GOOD["nodes"], "roots": {"r": True}}, "the root 'r' is no node"),
    ],
)
def test_bad_data_is_refused(data: object, why: str) -> None:
    with pytest.raises(BadTerms, match=why):
        read(data)


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ([3, "var", 16, "x"], "node 3: no new name: 'x'"),
        ([3, "add", 8, 0, 3], "node 3: no earlier node 3"),
        ([3, "add", 8, 0, -1], "node 3: no earlier node -1"),
        ([3, "add", 8, 0], "node 3: add of 1 arguments"),
        ([3, "add", 8, 0, 1, 2], "node 3: add of 3 arguments"),
        ([3, "not", 8, 0, 1], "node 3: not of 2 arguments"),
        ([3, "add", 16, 0, 1], "add is 8 bits wide, not 16"),
        ([3, "eq", 8, 0, 1], "eq is 1 bits wide, not 8"),
        ([3, "concat", 8], "node 3: concat is 0 bits wide"),
        ([3, "ite", 8, 0, 1, 2], "a condition of 8 bits"),
        ([3, "extract", 4, 0, 6], "bits 9..6"),
        ([3, "extract", 4, 0, -1], "no bit -1 of 8"),
        ([3, "ror", 8, 0, 8], "no bit 8 of 8"),
        ([3, "sext", 4, 0], "sign_extend of 8 bits to 4"),
        ([3, "clmul", 8, 0, 1], "clmul is 16 bits wide"),
        ([3, "lookup", 4, ["0x1", "0x10"], 0], "more than 4 bits"),
        ([3, "lookup", 4, "0x1", 0], "a table is a list"),
        ([3, "anf", 8, ["0xff", [8, 0]]], "no bit 8 of 8"),
        ([3, "anf", 8, ["0xff", [0, 0, 0]]], "node 3: anf"),
        ([3, "anf", 8, "0xff"], "node 3"),
        ([3, "anf", 16, ["0xff", [0, 0]]], "16 bits and 8 bits"),
        ([3, "sum", 8, "0x1"], "a sum of nothing"),
        ([3, "sum", 8, "0x1", ["0x2", 9]], "no earlier node 9"),
    ],
)
def test_a_bad_node_is_refused(node: list[Any], why: str) -> None:
    with pytest.raises(BadTerms, match=why):
        read({"nodes": [*GOOD["nodes"], node], "roots": {}})  # type: ignore[misc]


def test_operands_in_the_other_order_are_another_function() -> None:
    swapped = copy.deepcopy(GOOD)
    swapped["nodes"][2] = [2, "udiv", 8, 1, 0]  # type: ignore[index]
    assert read(GOOD)["r"] is BV.var("x", 8).udiv(5)
    assert read(swapped)["r"] is BV.const(5, 8).udiv(BV.var("x", 8))


@pytest.mark.parametrize("seed", range(300))
def test_damaged_data_is_read_or_refused_and_nothing_else(seed: int) -> None:
    choose = Random(seed)
    op = choose.choice(list(TERMS))
    data = export({"root": TERMS[op]})
    node: Any = choose.choice(data["nodes"])
    while True:
        at = choose.randrange(len(node))
        if not isinstance(node[at], list) or not node[at] or choose.random() < 0.2:
            break
        node = node[at]
    node[at] = choose.choice(
        [None, -1, 0, 1, 2, 9, True, 1 << 70, "0x1", "x", "0xzz", "", [], [[]], [0], ["0x1", [0, 0]], {}, 1.5]
    )
    try:
        root = read(data)["root"]
    except BadTerms:
        return
    evaluate([root], [{}], default=1)

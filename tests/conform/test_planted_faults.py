"""The detection of planted faults, on a sample: the quick campaign finds faults planted in the semantics."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lnsym.conform.fault_detection import choose
from lnsym.conform.planted_faults import PlantedFault, all_faults, faults_of
from lnsym.conform.sources import modules, source


@pytest.fixture(scope="module")
def everything() -> list[PlantedFault]:
    return list(all_faults())


def test_a_sample_is_found(tmp_path: Path) -> None:
    report = tmp_path / "detections.json"
    options = ["--faults", "20", "--seed", "2", "--once", "--json", str(report)]
    command = [sys.executable, "-m", "lnsym.conform.fault_detection", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    detections = json.loads(report.read_text())
    assert len(detections) == 20
    assert sum(d["fate"] == "result" for d in detections) >= 8
    unexplained = [d for d in detections if d["fate"] == "not found" and not d["reason"]]
    assert len(unexplained) <= 1, done.stdout  # of 20; the whole run counts to 98 %


def test_faults_are_of_all_kinds_and_everywhere(everything: list[PlantedFault]) -> None:
    kinds = Counter(fault.kind for fault in everything)
    assert {"operator", "operands swapped", "off by one", "flag", "high half kept", "method", "field", "choice"} <= set(
        kinds
    )
    declared = (
        "assumptions",
        "branch",
        "branch_types",
        "encoding",
        "features",
        "interface",
        "memory_access",
        "operands",
    )
    without = {f"isa.{name}" for name in declared}
    assert {fault.module for fault in everything} == set(modules()) - without


def test_faulty_modules_differ_from_the_original_and_compile(everything: list[PlantedFault]) -> None:
    for fault in choose(everything, 300, seed=2):
        assert ast.dump(ast.parse(fault.text())) != ast.dump(ast.parse(source(fault.module)))
        compile(fault.text(), fault.name, "exec")


def test_legality_is_left_alone() -> None:
    for fault in faults_of("isa.data_processing.add_subtract_shifted_register"):
        assert "if f.shift == 3 or (not f.sf and f.imm6 & 32)" in fault.text()
        assert "PATTERN = 'sf op S 01011 shift 0 Rm imm6 Rn Rd'" in fault.text()


def test_the_choice_is_spread_and_repeatable(everything: list[PlantedFault]) -> None:
    chosen = choose(everything, 150, seed=3)
    assert chosen == choose(everything, 150, seed=3)
    assert len(set(chosen)) == 150
    per_module = Counter(fault.module for fault in chosen)
    assert len(per_module) == len({fault.module for fault in everything})
    assert max(per_module.values()) <= 3

"""The main job: the SHA block functions that real libraries ship, and our own samples, are proved."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import programs.contracts  # noqa: F401
from lnsym.bv import live_terms, rewrite_level
from lnsym.contract import registered
from lnsym.contract.routines import Images, contract_for
from lnsym.prove.assumptions import ASSUMPTIONS
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import verify
from programs import sample_path

AWS_LC = [f"sha{bits}_block_data_order_{style}" for bits in (1, 256, 512) for style in ("hw", "nohw")]
OPENSSL = [
    "sha512_block_armv8",
    "sha512_block_data_order",
    "sha256_block_armv8",
    "sha256_block_neon",
    "sha256_block_data_order",
    "sha1_block_armv8",
    "sha1_block_data_order",
]
SAMPLES = [
    (f"sha{bits}_{style}.o", f"sha{bits}_block_{style}") for bits in (256, 512) for style in ("scalar", "crypto")
]
CLASSICS = [
    "popcount64",
    "popcount64_simd",
    "abs64",
    "max_u64",
    "max_s32",
    "add_loop",
    "memcpy_64",
    "memcpy_loop",
    "reverse_bytes64",
    "rotate_left_by_masks32",
]


@cache
def images(path: Path) -> Images:
    return Images(path)


def verdict_of(path: Path, symbol: str, **parameters: object) -> Verdict:
    contract = registered()[contract_for(symbol, registered())]
    return verify(images(path).with_routine(symbol), symbol, contract, parameters)


def assert_proved_structurally(verdict: Verdict, blocks: int, external: bool = False) -> None:
    """`external`: the routine chooses by a word that another file defines."""
    assert (verdict.status, verdict.reason) == ("proved", "")
    assert verdict.method == "structural"
    assert verdict.parameters == {"blocks": blocks}
    words = 5 if verdict.contract == "sha1-blocks" else 8
    returned = verdict.goals / (words + 11 + 1 + 8)  # the state, X19-X29, SP, D8-D15
    assert returned == verdict.paths >= 1
    assert verdict.instructions > 100 * blocks
    assert verdict.terms > 1000
    assert verdict.assumptions[: len(ASSUMPTIONS)] == ASSUMPTIONS
    more = set(verdict.assumptions[len(ASSUMPTIONS) :]) - {"POINTER_AUTHENTICATION_AS_PLAIN"}
    assert more == ({"external-objects"} if external else set())
    assert set(verdict.seconds) >= {"specify", "decode", "simulate", "compare"}
    assert verdict.counterexample is None


@pytest.mark.corpus
@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("symbol", AWS_LC)
def test_aws_lc(aws_lc: Path, symbol: str, blocks: int) -> None:
    assert_proved_structurally(verdict_of(aws_lc, symbol, blocks=blocks), blocks)


@pytest.mark.corpus
@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("symbol", OPENSSL)
def test_openssl(openssl: Path, symbol: str, blocks: int) -> None:
    verdict = verdict_of(openssl, symbol, blocks=blocks)
    # A dispatcher reads a capability word that nobody knows, and must be right whatever it holds.
    dispatches = symbol.endswith("data_order")
    assert_proved_structurally(verdict, blocks, external=dispatches)
    assert (verdict.paths > 1) == dispatches


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize(("sample", "symbol"), SAMPLES)
def test_sha2_samples(sample: str, symbol: str, blocks: int) -> None:
    assert_proved_structurally(verdict_of(sample_path(sample), symbol, blocks=blocks), blocks)


@pytest.mark.parametrize("symbol", CLASSICS)
def test_classics(symbol: str) -> None:
    verdict = verdict_of(sample_path("classics.o"), symbol)
    assert (verdict.status, verdict.reason) == ("proved", "")


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_parameter_of_a_contract(size: int) -> None:
    verdict = verdict_of(sample_path("classics.o"), "memcpy_loop", size=size)
    assert (verdict.status, verdict.parameters) == ("proved", {"size": size})


@pytest.mark.parametrize("symbol", ["abs64", "max_u64", "add_loop", "reverse_bytes64"])
def test_without_the_normal_forms(symbol: str) -> None:
    """The same theorems at rewrite level 0, by other methods: what the rules do there is not needed for the truth."""
    with rewrite_level(0):
        verdict = verdict_of(sample_path("classics.o"), symbol)
    assert verdict.status == "proved"
    assert verdict.method != "structural"


def test_memory_without_the_normal_forms() -> None:
    with rewrite_level(0):
        assert verdict_of(sample_path("classics.o"), "memcpy_64").status == "proved"


def in_a_process_of_its_own(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def test_a_structural_proof_imports_no_solver_and_no_emulator() -> None:
    said = in_a_process_of_its_own(
        "import sys, programs.contracts\n"
        "from lnsym.contract import registered\n"
        "from lnsym.contract.routines import Images\n"
        "from lnsym.prove.verify import Options\n"
        "from lnsym import session\n"
        "from lnsym.contract.routines import Choice\n"
        "from lnsym.show.verification import Verifying\n"
        "from programs import sample_path\n"
        "images = Images(sample_path('sha512_crypto.o'))\n"
        "asked = session.cases(images, ['sha512_block_crypto'], Choice(registered()))\n"
        "found = Verifying(asked)\n"
        "found.follow(session.verify(asked, Options()))\n"
        "print(found.exit_code, sorted({'z3', 'unicorn', 'pysat', 'rich'} & set(sys.modules)))\n"
    )
    assert said.splitlines()[-1] == "0 []"


def test_two_runs_say_the_same() -> None:
    """Terms and their names do not depend on hash seeds."""
    code = (
        "import programs.contracts\n"
        "from lnsym.bv import show\n"
        "from lnsym.contract import registered\n"
        "from lnsym.run import Setup, explore\n"
        "from lnsym.machine.image import load_image\n"
        "from programs import sample_path\n"
        "theorem = registered()['sha256-blocks'].statement('sha256_block_scalar', blocks=1)\n"
        "run = explore(Setup(load_image(sample_path('sha256_scalar.o')), 'sha256_block_scalar', theorem))\n"
        "print([(g.name, g.left.serial, show(g.left)) for g in run.goals])\n"
    )
    said = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        said.add(done.stdout)
    assert len(said) == 1


def test_many_verifications_in_one_process_keep_no_terms() -> None:
    verdict_of(sample_path("sha256_crypto.o"), "sha256_block_crypto")
    before = live_terms()
    for _ in range(3):
        verdict_of(sample_path("sha256_crypto.o"), "sha256_block_crypto")
    assert live_terms() <= before + 100

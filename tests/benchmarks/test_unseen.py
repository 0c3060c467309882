"""The C sources of `benchmarks/unseen` compute what their standards' vectors say, and the runner says what happened."""

from __future__ import annotations

import ctypes
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.unseen.__main__ import main
from benchmarks.unseen.compilers import COMPILERS, SOURCES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """All sources, compiled for this machine."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler for this machine")
    target = tmp_path_factory.mktemp("unseen") / "unseen.so"
    flags = ["-ffreestanding", "-nostdlib", "-fPIC", "-shared"]
    subprocess.run([compiler, *flags, *sorted(SOURCES.glob("*.c")), "-o", target], check=True)
    return ctypes.CDLL(str(target))


def call(library: ctypes.CDLL, routine: str, *arguments: bytes | int) -> list[bytes]:
    """Call a routine with buffers that hold these bytes; what they hold afterwards."""
    given = [ctypes.c_size_t(a) if isinstance(a, int) else ctypes.create_string_buffer(a, len(a)) for a in arguments]
    getattr(library, routine)(*given)
    return [buffer.raw for buffer in given if isinstance(buffer, ctypes.Array)]


def routines_of(*algorithms: str) -> list[str]:
    return [s.stem for s in sorted(SOURCES.glob("*.c")) if s.stem.partition("_")[0] in algorithms]


def numbers(text: str, size: int, order: str = "little") -> bytes:
    """Numbers in hexadecimal, each in so many bytes."""
    return b"".join([int(number, 16).to_bytes(size, order) for number in text.split()])  # type: ignore[arg-type]


MD4_STATE = "67452301 efcdab89 98badcfe 10325476"

INITIAL = {
    "md5": (4, MD4_STATE),
    "sha1": (4, f"{MD4_STATE} c3d2e1f0"),
    "sha256": (4, "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19"),
    "sha512": (
        8,
        "6a09e667f3bcc908 bb67ae8584caa73b 3c6ef372fe94f82b a54ff53a5f1d36f1 "
        "510e527fade682d1 9b05688c2b3e6c1f 1f83d9abfb41bd6b 5be0cd19137e2179",
    ),
    "sm3": (4, "7380166f 4914b2b9 172442d7 da8a0600 a96f30bc 163138aa e38dee4d b0fb0e4e"),
}
"""Bytes of a word, and the state before the first block."""

SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
"""GB/T 32905-2016, appendix A.1."""


@pytest.mark.parametrize("routine", routines_of(*INITIAL))
def test_hashes_digest_a_message_of_one_block_as_an_independent_library_does(
    library: ctypes.CDLL, routine: str
) -> None:
    algorithm = routine.partition("_")[0]
    size, initial = INITIAL[algorithm]
    order = "little" if algorithm == "md5" else "big"
    block = (b"abc\x80".ljust(14 * size, b"\0") + (24).to_bytes(2 * size, order)).ljust(16 * size)  # type: ignore[arg-type]
    state, _ = call(library, routine, numbers(initial, size), block, 1)
    words = [int.from_bytes(state[at : at + size], "little") for at in range(0, len(state), size)]
    digest = b"".join([word.to_bytes(size, order) for word in words])  # type: ignore[arg-type]
    assert digest.hex() == (SM3_ABC if algorithm == "sm3" else hashlib.new(algorithm, b"abc").hexdigest())


@pytest.mark.parametrize("routine", routines_of("keccak"))
def test_keccak_permutes_the_padded_empty_message_to_its_digest(library: ctypes.CDLL, routine: str) -> None:
    padded = b"\x06" + bytes(134) + b"\x80"
    (lanes,) = call(library, routine, padded.ljust(200, b"\0"))
    assert lanes[:32] == hashlib.sha3_256(b"").digest()


CHACHA_KEY = bytes(range(32))
CHACHA_NONCE = bytes.fromhex("000000090000004a00000000")
CHACHA_STREAM = bytes.fromhex(
    "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
    "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
)
"""RFC 8439, section 2.3.2."""


def test_chacha20_makes_the_key_stream_of_the_rfc(library: ctypes.CDLL) -> None:
    counter = (1).to_bytes(4, "little")
    out, *_ = call(library, "chacha20_textbook", bytes(64), CHACHA_KEY, 1, CHACHA_NONCE)
    assert out == CHACHA_STREAM
    state = b"expand 32-byte k" + CHACHA_KEY + counter + CHACHA_NONCE
    out, *_ = call(library, "chacha20_rows", bytes(64), state)
    assert out == CHACHA_STREAM
    out, *_ = call(library, "chacha20_xor", bytes(64), CHACHA_KEY, counter + CHACHA_NONCE)
    assert out == CHACHA_STREAM


def run_unseen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.unseen", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_the_runner_prints_a_proof_and_a_share(tmp_path: Path) -> None:
    if not COMPILERS[0].installed:
        pytest.skip("there is no gcc for AArch64")
    report = tmp_path / "unseen.json"
    done = run_unseen(
        "--only",
        "sha256_ring",
        "--compiler",
        "gcc,gcc-scalar",
        "--levels",
        "2",
        "--timeout",
        "60",
        "--json",
        str(report),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100.0 %" in done.stdout
    cells = json.loads(report.read_text())["cells"]
    assert [cell["compiler"] for cell in cells] == ["gcc", "gcc-scalar"]
    assert cells[0]["status"] == "proved"
    assert cells[0]["instructions"] > 1000


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--only", "rot13_*"), "no source matches 'rot13_*'"),
        (("--compiler", "tcc"), "no compiler 'tcc'"),
        (("--levels", "9"), "no level '9'"),
    ],
)
def test_the_runner_refuses_what_it_does_not_know(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert complaint in capsys.readouterr().err

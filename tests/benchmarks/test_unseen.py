"""The C sources of `benchmarks/unseen` compute what their standards' vectors say, and the runner says what happened."""

from __future__ import annotations

import ctypes
import hashlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.unseen.__main__ import main
from benchmarks.unseen.compilers import COMPILERS, SOURCES, DoesNotCompile
from benchmarks.unseen.measure import Cell, Measured
from benchmarks.unseen.table import Table
from lnsym.prove.verdict import Verdict
from lnsym.session import Failed, Finished, Judged

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


CIPHERS = {
    "aes128": (
        "000102030405060708090a0b0c0d0e0f",
        "00112233445566778899aabbccddeeff",
        "69c4e0d86a7b0430d8cdb78070b4c55a",
    ),
    "sm4": (
        "0123456789abcdeffedcba9876543210",
        "0123456789abcdeffedcba9876543210",
        "681edf34d206965e86b3e94f536e4246",
    ),
    "des": ("0123456789abcdef", "4e6f772069732074", "3fa40e8a984d4815"),
}
"""Key, plaintext, ciphertext: FIPS 197, appendix C.1; GB/T 32907-2016, appendix A.1; FIPS 81, table B1."""


@pytest.mark.parametrize("routine", [name for name in routines_of(*CIPHERS) if name != "aes128_context"])
def test_ciphers_encrypt_the_block_of_their_standard(library: ctypes.CDLL, routine: str) -> None:
    key, plaintext, ciphertext = map(bytes.fromhex, CIPHERS[routine.partition("_")[0]])
    *_, out = call(library, routine, key, plaintext, bytes(len(plaintext)))
    assert out == ciphertext


def test_aes_in_two_steps_encrypts_the_block_of_its_standard(library: ctypes.CDLL) -> None:
    key, plaintext, ciphertext = map(bytes.fromhex, CIPHERS["aes128"])
    round_keys, _ = call(library, "aes128_context_set_key", bytes(176), key)
    *_, out = call(library, "aes128_context", round_keys, plaintext, bytes(16))
    assert out == ciphertext


BLAKE2 = {"blake2b": (8, "sha512", 64), "blake2s": (4, "sha256", 32)}
"""Bytes of a word, the hash function whose initial state it takes, and bytes of a digest."""


@pytest.mark.parametrize("routine", [name for name in routines_of(*BLAKE2) if not name.endswith("_textbook")])
def test_blake2_digests_a_block_and_the_last_one_after_it(library: ctypes.CDLL, routine: str) -> None:
    algorithm = routine.partition("_")[0]
    size, other, length = BLAKE2[algorithm]
    initial = numbers(INITIAL[other][1], size)
    state = (int.from_bytes(initial[:size], "little") ^ 0x01010000 ^ length).to_bytes(size, "little") + initial[size:]
    message = bytes(range(16 * size)) + b"abc"
    state, _ = call(library, routine, state, message[: 16 * size], 16 * size)
    last = message[16 * size :].ljust(16 * size, b"\0")
    state, _ = call(library, f"{algorithm}_textbook", state, last, len(message), 0, 1)
    assert state == hashlib.new(algorithm, message).digest()


SIPHASH = {0: "310e0edd47db6f72", 1: "fd67dc93c539f874", 8: "6224939a79f5f593", 15: "e545be4961ca29a1"}
"""Of the bytes 00 01 02 ..., by their number, under the key 00 01 ... 0f: the vectors of the reference implementation."""


@pytest.mark.parametrize("routine", routines_of("siphash"))
@pytest.mark.parametrize("size", SIPHASH)
def test_siphash_makes_its_published_tags(library: ctypes.CDLL, routine: str, size: int) -> None:
    function = getattr(library, routine)
    function.restype = ctypes.c_uint64
    tag = function(bytes(range(16)), bytes(range(size)), ctypes.c_size_t(size))
    assert tag.to_bytes(8, "little").hex() == SIPHASH[size]


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


def test_a_compiler_that_is_not_there_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    for arguments in (["--compiler", "clang"], []):
        assert main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "is not installed" in line


def test_ctrl_c_ends_with_what_was_measured_until_then() -> None:
    if not COMPILERS[0].installed:
        pytest.skip("there is no gcc for AArch64")
    command = [sys.executable, "-m", "benchmarks.unseen", "--compiler", "gcc", "--only", "sha*"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        while not running.stdout.readline().startswith("source"):
            pass
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "were not measured" in output
    assert not errors


def test_what_is_refuted_and_what_has_no_verdict_is_loud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [Cell(tmp_path / f"rot13_{name}.c", COMPILERS[0], "2") for name in ("right", "wrong", "broken", "open")]
    table = Table(cells)
    for cell, status in zip(cells, ("proved", "refuted", "", "unknown"), strict=True):
        error = DoesNotCompile("gcc", "error: expected ';'")
        verdict = Verdict(cell.routine, "rot13", {}, status or "unknown", reason=f"it is {status}")  # type: ignore[arg-type]
        table.show(Judged(cell, Measured(verdict, 10, 1.0)) if status else Failed(cell, error))
    table.show(Finished(1.0, interrupted=False))
    table.summary()
    printed = capsys.readouterr().out
    assert "!!! rot13_wrong, gcc -O2: it is refuted" in printed
    assert "!!! rot13_broken, gcc -O2: gcc: error: expected ';'" in printed
    assert "rot13_open, gcc -O2, 10 instructions: it is unknown" in printed
    assert table.shares() == {"rot13": (1, 4), "all": (1, 4)}
    assert table.exit_code == 1


def test_every_source_has_one_contract() -> None:
    """In a process of its own: contracts that are registered are there for all tests."""
    program = (
        "import benchmarks.unseen.contracts; from lnsym.contract import registered; import sys;"
        "print([s for s in sys.argv[1:] if sum(c.fits(s) for c in registered().values()) != 1])"
    )
    names = [source.stem for source in SOURCES.glob("*.c")]
    command = [sys.executable, "-c", program, *names]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"

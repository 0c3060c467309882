"""Mutants of real routines: none may be proved that a run can tell apart from its specification.

`python -m benchmarks.mutants [--count N] [--seed S] [TARGET SYMBOL...]` changes one thing at a time, in memory: a bit of an
instruction that leaves one the model knows, or a bit of a constant that the routine reads.
Each mutant is verified under the first case of the
routine's contract. One that is PROVED is then run on Unicorn on CHECKS random inputs and compared with the specification; a difference
there would be a wrong PROVED and ends the campaign with exit code 1.

Columns: mutants; refuted, each with an input confirmed on Unicorn; proved, and of those how many the checks left standing; unknown;
seconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

import programs.contracts  # noqa: F401
from lnsym.bv import variables
from lnsym.contract import Contract, registered
from lnsym.contract.execution import Execution
from lnsym.contract.inputs import samples
from lnsym.contract.routines import Images, contract_for
from lnsym.errors import LnsymError
from lnsym.machine.decode import decode_word
from lnsym.machine.image import Image
from lnsym.machine.memory import Region
from lnsym.prove.feasibility import Feasibility
from lnsym.prove.refutation import ModelFault, confirm
from lnsym.prove.verify import Options, verify
from programs.corpus import resolve_target

CHECKS = 1000
TABLE_SHARE = 0.2
"""How many of the mutants change a constant rather than an instruction."""

DEFAULT = (
    ("aws-lc", "sha512_block_data_order_hw"),
    ("aws-lc", "sha512_block_data_order_nohw"),
    ("aws-lc", "sha256_block_data_order_hw"),
    ("aws-lc", "sha256_block_data_order_nohw"),
    ("aws-lc", "sha1_block_data_order_hw"),
    ("aws-lc", "sha1_block_data_order_nohw"),
    ("aws-lc", "aes_hw_set_encrypt_key"),
    ("aws-lc", "aes_hw_set_decrypt_key"),
    ("aws-lc", "aes_hw_encrypt"),
    ("aws-lc", "aes_hw_decrypt"),
    ("aws-lc", "vpaes_encrypt"),
    ("aws-lc", "vpaes_decrypt"),
    ("aws-lc", "KeccakF1600_hw"),
    ("aws-lc", "sha3_keccak_f1600_alt"),
    ("aws-lc", "sha3_keccak2_f1600"),
    ("openssl", "AES_encrypt"),
    ("openssl", "AES_decrypt"),
)


@dataclass(frozen=True)
class Mutant:
    """A change of some bytes of an image."""

    address: int
    data: bytes
    text: str

    def apply(self, image: Image) -> Image:
        """The image with the change."""
        segments = []
        for segment in image.segments:
            if segment.address <= self.address < segment.end and segment.data is not None:
                at = self.address - segment.address
                data = segment.data[:at] + self.data + segment.data[at + len(self.data) :]
                segment = replace(segment, data=data)
            segments.append(segment)
        return replace(image, segments=tuple(segments))


@dataclass
class Footprint:
    """What a routine runs and reads: the addresses of its instructions and of the constants it loads."""

    instructions: list[int]
    constants: list[int]


def footprint(execution: Execution) -> Footprint:
    """Run the routine on symbols and see what it touches."""
    touched: dict[int, None] = {}

    def on_access(kind: str, region: Region, offset: int, size: int, pc: int) -> None:
        if isinstance(region.base, int) and kind == "load":
            touched.update({region.base + offset + i: None for i in range(size)})

    execution.start.memory.on_access = on_access
    execution.run()
    constants = [a for a in touched if (s := execution.image.segment_at(a)) and s.constant]
    return Footprint(sorted(execution.code.decoded), sorted(constants))


def mutants(image: Image, places: Footprint, random: Random) -> Iterator[Mutant]:
    """Endless changes, each different from the original."""
    while True:
        if places.constants and random.random() < TABLE_SHARE:
            address = random.choice(places.constants)
            old = image.read(address, 1)[0]
            new = old ^ 1 << random.randrange(8)
            yield Mutant(address, bytes([new]), f"byte {old:#04x} -> {new:#04x}")
            continue
        address = random.choice(places.instructions)
        word = int.from_bytes(image.read(address, 4), "little")
        changed = word ^ 1 << random.randrange(32)
        try:
            text = f"{decode_word(word, address).text} -> {decode_word(changed, address).text}"
        except LnsymError:
            continue
        yield Mutant(address, changed.to_bytes(4, "little"), text)


def told_apart(image: Image, symbol: str, contract: Contract, case: dict[str, object], count: int) -> bool:
    """Whether Unicorn and the specification differ on one of `count` random inputs."""
    execution = Execution(image, symbol, contract.theorem(symbol, **case))
    roots = [e for es in execution.theorem.ensured.values() for e in es if e is not None]
    return any(confirm(execution, sample) for sample in islice(samples(execution, variables(roots), 7), count))


def campaign(target: str, symbol: str, count: int, seed: int, checks: int) -> bool:
    """Print the row of a routine, and a line for each mutant that is not refuted; whether nothing was proved wrongly."""
    contract = registered()[contract_for(symbol, registered())]
    case = contract.choices({})[0]
    image = Images(resolve_target(target)).with_routine(symbol)
    execution = Execution(image, symbol, contract.theorem(symbol, **case))
    execution.feasible = Feasibility(execution)
    places = footprint(execution)
    outcomes: Counter[str] = Counter()
    notes = []
    began = time.perf_counter()
    for mutant in islice(mutants(image, places, Random(f"{symbol} {seed}")), count):
        changed = mutant.apply(image)
        try:
            verdict = verify(changed, symbol, contract, case, Options(max_steps=100_000, timeout=10))
            status = verdict.status
        except ModelFault as fault:
            status, verdict = "unknown", None
            notes.append(f"    MODEL FAULT {mutant.address:#x}  {mutant.text}: {fault}")
        outcomes[status] += 1
        if status == "proved":
            wrong = told_apart(changed, symbol, contract, case, checks)
            outcomes["wrong"] += wrong
            notes.append(f"    {'WRONGLY proved' if wrong else 'proved'} {mutant.address:#x}  {mutant.text}")
        elif status == "unknown" and verdict is not None:
            notes.append(f"    unknown {mutant.address:#x}  {mutant.text}: {verdict.reason}")
    print(
        f"{symbol:<36} {count:7} {outcomes['refuted']:8} {outcomes['proved']:7} {outcomes['wrong']:6} "
        f"{outcomes['unknown']:8} {time.perf_counter() - began:8.1f}"
    )
    for note in notes:
        print(note)
    sys.stdout.flush()
    return not outcomes["wrong"]


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description="Mutants of real routines under verification.")
    parser.add_argument("routine", nargs="*", help="TARGET SYMBOL...")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checks", type=int, default=CHECKS)
    chosen = parser.parse_args()
    routines = [(chosen.routine[0], symbol) for symbol in chosen.routine[1:]] or list(DEFAULT)
    print(f"{'routine':<36} {'mutants':>7} {'refuted':>8} {'proved':>7} {'wrong':>6} {'unknown':>8} {'seconds':>8}")
    good = [campaign(target, symbol, chosen.count, chosen.seed, chosen.checks) for target, symbol in routines]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()

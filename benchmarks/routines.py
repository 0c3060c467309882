"""What a proof costs: `python -m benchmarks.routines [TARGET SYMBOL...]` prints a row for each routine and case.

Columns: instructions executed; seconds to decode, simulate, specify and compare; distinct terms; simulated instructions per
second; seconds of the same run on Unicorn, set-up and hooks included; peak memory of a process that proves just this
routine. Each routine runs in a process of its own; the times are the best of RUNS, since machines are shared.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from lnsym.contract import registered
from lnsym.contract.routines import Images, contract_for
from lnsym.prove.replay import replay
from lnsym.prove.verify import verify
from lnsym.run.exploration import MAX_STEPS
from lnsym.run.inputs import complete, samples
from lnsym.run.setup import Setup
from programs.corpus import resolve_target

RUNS = 3

DEFAULT = {
    "aws-lc": (
        "sha512_block_data_order_hw",
        "sha512_block_data_order_nohw",
        "sha256_block_data_order_hw",
        "sha256_block_data_order_nohw",
        "sha1_block_data_order_hw",
        "sha1_block_data_order_nohw",
    ),
    "openssl": (
        "sha512_block_armv8",
        "sha512_block_data_order",
        "sha256_block_armv8",
        "sha256_block_neon",
        "sha256_block_data_order",
        "sha1_block_armv8",
        "sha1_block_data_order",
    ),
}

HEADER = (
    f"{'routine':<40} {'insns':>7} {'decode':>7} {'simul.':>7} {'specify':>7} {'compare':>7} "
    f"{'terms':>8} {'insn/s':>8} {'Unicorn':>8} {'peak MB':>8}"
)


def measure(target: str, symbol: str) -> None:
    """Print, as JSON lines, what each case of a routine costs; run in a process of its own."""
    import programs.contracts  # noqa: F401

    contract = registered()[contract_for(symbol, registered())]
    images = Images(resolve_target(target))
    for case in map(contract.numbered, contract.choices({})):
        best = None
        for _ in range(RUNS):
            verdict = verify(images.with_routine(symbol), symbol, contract, case)
            if best is None or verdict.total_seconds < best.total_seconds:
                best = verdict
        assert best is not None
        row = {
            "name": f"{symbol}({', '.join(str(v) for v in case.values())})" if case else symbol,
            "status": best.status,
            "instructions": best.instructions,
            "seconds": best.seconds,
            "terms": best.terms,
            "unicorn": _on_unicorn(images, symbol, case),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(row), flush=True)


def _on_unicorn(images: Images, symbol: str, case: dict[str, object]) -> float:
    """Seconds that Unicorn takes for one concrete run, set-up included."""
    contract = registered()[contract_for(symbol, registered())]
    image = images.with_routine(symbol)
    setup = Setup(image, symbol, contract.statement(symbol, **case))
    sample = complete(setup, next(samples(setup, [])))
    began = time.perf_counter()
    replay(setup, sample, MAX_STEPS)
    return time.perf_counter() - began


def main(arguments: list[str]) -> None:
    """Print the table."""
    if arguments[:1] == ["--measure"]:
        measure(*arguments[1:])
        return
    chosen = {arguments[0]: tuple(arguments[1:])} if arguments else DEFAULT
    print(HEADER)
    for target, symbols in chosen.items():
        for symbol in symbols:
            command = [sys.executable, "-m", "benchmarks.routines", "--measure", target, symbol]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"{symbol:<40} {done.stderr.strip().splitlines()[-1]}")
            for line in done.stdout.splitlines():
                print(_row(json.loads(line)), flush=True)


def _row(row: dict[str, object]) -> str:
    seconds = row["seconds"]
    assert isinstance(seconds, dict)
    instructions = row["instructions"]
    assert isinstance(instructions, int)
    rate = instructions / seconds["simulate"] if seconds["simulate"] else 0
    mark = "" if row["status"] == "proved" else f"  {str(row['status']).upper()}"
    return (
        f"{row['name']:<40} {instructions:7} {seconds['decode']:7.3f} {seconds['simulate']:7.3f} "
        f"{seconds['specify']:7.3f} {seconds['compare']:7.3f} {row['terms']:8} {rate:8.0f} "
        f"{row['unicorn']:8.3f} {row['peak']:8.1f}{mark}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

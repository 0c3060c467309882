"""A reader of binary AIGER files that shares no code with the writer: from the format's description, version 20071012."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Aiger:
    """A combinational circuit with one output."""

    inputs: list[str]
    """Names, in the order of the inputs."""
    gates: list[tuple[int, int, int]]
    output: int
    comment: str

    def evaluate(self, values: Mapping[str, int]) -> int:
        """The output, given a bit for each input."""
        bits = {0: 0, **{n: values[name] for n, name in enumerate(self.inputs, 1)}}

        def of(literal: int) -> int:
            return bits[literal // 2] ^ literal % 2

        for left, right0, right1 in self.gates:
            bits[left // 2] = of(right0) & of(right1)
        return of(self.output)


def read(data: bytes) -> Aiger:
    """The circuit in a file; what the format does not allow fails an assertion."""
    header, rest = data.split(b"\n", 1)
    kind, *numbers = header.split()
    assert kind == b"aig"
    highest, inputs, latches, outputs, ands = map(int, numbers)
    assert (latches, outputs) == (0, 1)
    assert highest == inputs + ands
    output, rest = rest.split(b"\n", 1)
    at = 0

    def delta() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = rest[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    gates = []
    for number in range(inputs + 1, highest + 1):
        left = 2 * number
        right0 = left - delta()
        right1 = right0 - delta()
        assert left > right0 >= right1 >= 0
        gates.append((left, right0, right1))
    names = [""] * inputs
    lines = rest[at:].decode("ascii").split("\n")
    end = lines.index("c")
    for line in lines[:end]:
        position, name = line.split(" ", 1)
        if position.startswith("i"):
            names[int(position[1:])] = name
        else:
            assert position == "o0"
    assert int(output) <= 2 * highest + 1
    return Aiger(names, gates, int(output), "\n".join(lines[end + 1 :]))

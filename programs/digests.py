"""Running a hash's block function over a whole message: padding and initial state by the standard, the blocks by the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from crypto_specs import md5, ripemd160, sha1, sha2, sm3
from lnsym.bv import BV
from lnsym.contract import Contract
from lnsym.contract.checks import ContractError
from lnsym.machine.image import Image
from lnsym.run.concrete import concrete_start, outputs, run_concretely
from lnsym.run.inputs import Sample, complete, samples
from lnsym.run.setup import Setup


@dataclass(frozen=True)
class Hash:
    """What a hash function does around its block function."""

    pad: Callable[[bytes], list[BV]]
    """The padded message as words."""
    initial: Callable[[], list[BV]]
    """The initial state."""
    digest_bytes: int
    byteorder: Literal["big", "little"] = "big"
    """That in which the digest has a word of the state."""


HASHES: Mapping[str, Hash] = {
    "md5-blocks": Hash(md5.pad, md5.initial_state, 16, "little"),
    "ripemd160-blocks": Hash(md5.pad, ripemd160.initial_state, 20, "little"),
    "sm3-blocks": Hash(sm3.pad, sm3.initial_state, 32),
    "sha1-blocks": Hash(sha1.pad, sha1.initial_state, 20),
    "sha256-blocks": Hash(partial(sha2.pad, sha2.SHA256), partial(sha2.initial_state, sha2.SHA256), 32),
    "sha512-blocks": Hash(partial(sha2.pad, sha2.SHA512), partial(sha2.initial_state, sha2.SHA512), 64),
}
"""By the name of the block function's contract."""


@dataclass(frozen=True)
class Digest:
    """A message digest computed by the model, and how many instructions that took."""

    value: bytes
    instructions: int


def digest(
    image: Image,
    symbol: str,
    contract: Contract,
    message: bytes,
    case: Mapping[str, object] | None = None,
    seed: int = 0,
) -> Digest:
    """The digest of a message, its blocks compressed by the machine code on the model, as many at a time as a case says.

    `contract` is one of HASHES. Raises KeyError for another, and what stopped the code if it does not return.
    """
    function = HASHES[contract.name]
    completed = contract.numbered(case or {})
    blocks = completed["blocks"]
    if not isinstance(blocks, int) or blocks < 1:
        raise ContractError(f"a call of {blocks} blocks: at least 1 is wanted")

    @cache
    def call(blocks: int) -> tuple[Setup, Sample]:
        setup = Setup(image, symbol, contract.statement(symbol, **{**completed, "blocks": blocks}))
        return setup, complete(setup, next(samples(setup, [], seed)))

    words = function.pad(message)
    state = [word.value for word in function.initial()]
    instructions = 0
    for first in range(0, len(words), 16 * blocks):
        some = words[first : first + 16 * blocks]
        setup, registers = call(len(some) // 16)
        sample = dict(registers)
        theorem = setup.statement
        before, block = (next(one for one in theorem.blocks if one.name == name) for name in ("state", "msg"))
        sample.update(zip(before.elements, state, strict=True))
        sample.update(zip(block.elements, [word.value for word in some], strict=True))
        path = run_concretely(setup, concrete_start(image, theorem, sample), sample)
        found = outputs(setup, path, sample)
        state = [found[f"state[{i}]"] for i in range(len(state))]
        instructions += path.steps
    width = words[0].width // 8
    value = b"".join(word.to_bytes(width, function.byteorder) for word in state)
    return Digest(value[: function.digest_bytes], instructions)

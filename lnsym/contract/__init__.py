"""Contracts: what a C prototype, its comment and the standard say together about a routine.

    from crypto_specs import sha2
    from lnsym.contract import Theorem, contract

    @contract("my-sha512")
    def my_sha512(t: Theorem, blocks: int = 1) -> None:
        state = t.region("state", 8, 64, access="rw")
        message = t.region("msg", 16 * blocks, 64, byteorder="big")
        t.call(state, message, blocks)
        t.ensure(state, sha2.compress_blocks(sha2.SHA512, state.elements, message.elements))

is the whole contract of a block function. The AAPCS64 obligations come by themselves: callee-saved registers and SP restored,
return to the caller, no access outside the regions, nothing else written.
"""

from lnsym.contract.blocks import Block
from lnsym.contract.folds import ANY, Count, Each, Fold
from lnsym.contract.registry import (
    BadContract,
    Contract,
    NoContractFor,
    NoSuchContract,
    NoSuchParameter,
    NoSuchValue,
    Parameter,
    contract,
    load_contract_file,
    registered,
)
from lnsym.contract.statement import Call, InputVariable, Statement
from lnsym.contract.theorem import Theorem

__all__ = [
    "ANY",
    "BadContract",
    "Block",
    "Call",
    "Contract",
    "Count",
    "Each",
    "Fold",
    "InputVariable",
    "NoContractFor",
    "NoSuchContract",
    "NoSuchParameter",
    "NoSuchValue",
    "Parameter",
    "Statement",
    "Theorem",
    "contract",
    "load_contract_file",
    "registered",
]

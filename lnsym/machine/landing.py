"""Landing pads: where indirect branches may lead in code that its file marks for Branch Target Identification (BTI)."""

from __future__ import annotations

from dataclasses import dataclass

from isa.branch_types import BranchType
from lnsym.machine.decode import Code, Instruction
from lnsym.machine.endings import EndOfPath, Forbidden
from lnsym.machine.state import State

_PADS = {BranchType.JUMP_BY_X16_OR_X17: "BTI c", BranchType.CALL: "BTI c", BranchType.JUMP: "BTI j"}
"""What accepts each of them."""


@dataclass(frozen=True)
class NoLandingPad(Forbidden):
    """An indirect branch leads to an instruction that does not accept it: a Branch Target Exception, where FEAT_BTI is there."""

    pc: int
    """The branch; `target` itself for a call from outside."""
    target: int
    text: str
    where: str
    btype: BranchType

    def _message(self) -> str:
        """Which branch, what is there, and what should be."""
        found = f"`{self.text}` at {self.target:#x} ({self.where})"
        if self.pc == self.target:
            return (
                f"{found} is no landing pad for a call by BLR: the file is marked for BTI, and other code can have this address; "
                f"begin the routine with {_PADS[self.btype]}"
            )
        return (
            f"the branch at {self.pc:#x} goes to {found}, which is no landing pad for it: the file is marked for BTI; "
            f"put {_PADS[self.btype]} there"
        )


@dataclass(frozen=True)
class ReturnsByBranch(Forbidden):
    """A return by BR or BLR, for which the caller needs a landing pad after its call, which it need not have."""

    pc: int

    def _message(self) -> str:
        """Which branch, and what it should be."""
        return (
            f"the branch at {self.pc:#x} returns to the caller as a jump or call: the file is marked for BTI, "
            "and the caller has no landing pad there; return by RET"
        )


def land(code: Code, state: State, instruction: Instruction) -> None:
    """See that a branch that was taken, at `state.pc`, may lead to this instruction. Raises NoLandingPad."""
    btype, state.btype = state.btype, BranchType.DIRECT
    image, target = code.image, instruction.address
    if not state.guarded or not image.guards(target):
        return
    if btype is BranchType.JUMP and not image.guards(state.pc):
        btype = BranchType.JUMP_BY_X16_OR_X17
    if btype not in instruction.lands:
        raise EndOfPath(NoLandingPad(state.pc, target, instruction.text, image.describe(target), btype))


def land_at_caller(code: Code, state: State) -> None:
    """See that a branch to the return address, at `state.pc`, is a return. Raises ReturnsByBranch."""
    btype, state.btype = state.btype, BranchType.DIRECT
    if btype is not BranchType.DIRECT and state.guarded and code.image.guards(state.pc):
        raise EndOfPath(ReturnsByBranch(state.pc))


def needs_direct_calls(code: Code, entry: int) -> bool:
    """Whether a routine may only be called by BL: its file is marked for BTI, and it does not begin with a landing pad for calls.

    Raises LnsymError where the entry is no instruction that is modelled.
    """
    return code.image.guards(entry) and BranchType.CALL not in code[entry].lands

"""The method `words`: both sides joined word by word, from the inputs upwards.

Code that nobody tuned the normal forms to differs from the standard by small local things: a Ch written as a sum, two words of 32 bits
added as one of 64, a rotation taken before or after an XOR. Whole formulas drown in them. They vanish where the terms are taken
operands first, and each is replaced by an earlier one that it equals: what lies above is rebuilt on what its operands were replaced by, so
that the normal forms see the joins.

A term is replaced, in this order, where
- the normal forms rebuild it, or a sum is written differently by one of two laws (`sums`);
- it has the form of an earlier one, an XOR of linear maps and of tables of narrow words (`linear`);
- it is a condition that the premises decide;
- it has the values of an earlier one on all samples (`alike`), or an earlier one's rotation, complement, or offset, and the
  question whether their difference is 0 is answered (`questions`) over words that lie not far below (`cuts`): by the normal forms, point
  by point, by sweep on the small circuit, by the SMT solvers. Of two sums the groups of addends that vanish on the samples are asked for
  one by one.

Why a proof by it is one: each replacement is by a term that was shown equal, for all values of the words of a cut, or for all inputs
that meet the premises, and equals may replace equals. Samples only propose. What is replaced under the premises is used for claims under
the same premises alone: one `Joiner` serves one set of premises, and the premises themselves are not rewritten. Each argument is kept.

Where completeness stops: words that meet nowhere between the inputs and the goal, carry-save sums say, are left as one question; an
operator that no method understands stays what it is; products of XORs that were multiplied out on one side are not put together in general
(Keccak, which is for `gf2`). Where questions take longer than those with an answer took, or nothing meets any more, it gives up.
"""

from lnsym.prove.joining.joiner import Joiner
from lnsym.prove.joining.prospects import by_depth, meet
from lnsym.prove.joining.questions import NotZero, Open, Zero

__all__ = ["Joiner", "NotZero", "Open", "Zero", "by_depth", "meet"]

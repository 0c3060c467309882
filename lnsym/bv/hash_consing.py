"""Hash-consing: equal structure is one object, held weakly."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

NodeKey: TypeAlias = tuple[str, int, tuple[Any, ...]]
T = TypeVar("T")


class _Entry(weakref.ref[T]):
    """A weak reference that knows the key under which the table holds it."""

    __slots__ = ("key",)
    key: NodeKey


class HashConsing(Generic[T]):
    """Makes an object for each operator, width and arguments, by `make(operator, width, arguments, serial)`."""

    __slots__ = ("_make", "_table", "made")

    def __init__(self, make: Callable[[str, int, tuple[Any, ...], int], T]) -> None:
        self._make = make
        self._table: dict[NodeKey, _Entry[T]] = {}
        self.made = 0
        """How many objects were made so far."""

    def __len__(self) -> int:
        """How many objects are alive."""
        return len(self._table)

    def of(self, op: str, width: int, args: tuple[Any, ...]) -> T:
        """The one object with this operator, width and arguments.

        Serial numbers count up in the order of creation and are never used twice, so that sorting by them
        is the same in each run of the same program, whatever the hash seed or the addresses.
        """
        key = (op, width, args)
        entry = self._table.get(key)
        if entry is not None:
            found = entry()
            if found is not None:
                return found
        made = self._make(op, width, args, self.made)
        self.made += 1
        entry = _Entry(made, self._forget)
        entry.key = key
        self._table[key] = entry
        return made

    def _forget(self, entry: weakref.ref[T]) -> None:
        assert isinstance(entry, _Entry)
        found = self._table.pop(entry.key, entry)
        if found is not entry:  # the object was made again before this one was gone
            self._table[entry.key] = found

"""Factors of numbers of up to 128 bits: which two words have a given product."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

MOST_BITS = 128
STEPS = 1 << 18
"""How many steps are made for one factor: enough for factors of 32 bits."""

MOST_DIVISORS = 4096
WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


@lru_cache(maxsize=256)
def divisors(number: int) -> tuple[int, ...]:
    """All divisors, in ascending order, of a positive number; those that are not found in time are left out."""
    if number.bit_length() > MOST_BITS:
        return (1, number)
    found = [1]
    for prime in _factors(number):
        found = sorted({*found, *[divisor * prime for divisor in found]})[:MOST_DIVISORS]
    return tuple(found)


def _factors(number: int) -> list[int]:
    """Factors that multiply to the number, with repetition; prime, where that could be told in time."""
    primes = []
    for small in WITNESSES:
        while number % small == 0:
            primes.append(small)
            number //= small
    waiting = [number] if number > 1 else []
    while waiting:
        part = waiting.pop()
        divisor = part if _is_prime(part) else _divisor(part)
        if divisor == part:
            primes.append(part)
        else:
            waiting += [divisor, part // divisor]
    return primes


def _is_prime(number: int) -> bool:
    """The test of Miller and Rabin: a composite number may pass, and stays whole then."""
    shift = (number - 1 & 1 - number).bit_length() - 1
    for witness in WITNESSES:
        power = pow(witness, (number - 1) >> shift, number)
        if power in (0, 1, number - 1):
            continue
        for _ in range(shift - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def _divisor(number: int) -> int:
    """A divisor by Pollard's rho method; the number itself where none is found in time."""
    steps = STEPS
    for addend in range(1, 16):
        slow = fast = 2
        product, pace = 1, 128
        before = slow, fast
        while steps > 0:
            before = slow, fast
            for _ in range(pace):
                slow = (slow * slow + addend) % number
                fast = (fast * fast + addend) % number
                fast = (fast * fast + addend) % number
                product = product * (slow - fast) % number
            steps -= pace
            if gcd(product, number) != 1:
                break
        else:
            return number
        slow, fast = before
        divisor = 1
        while divisor == 1:  # step by step through the block in which the cycle closed
            slow = (slow * slow + addend) % number
            fast = (fast * fast + addend) % number
            fast = (fast * fast + addend) % number
            divisor = gcd(slow - fast, number)
        if divisor != number:
            return divisor
    return number

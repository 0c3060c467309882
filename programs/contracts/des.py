"""DES and TDEA: key schedules; one block, ECB and CBC, under schedules of any round keys.

The libraries have Eric Young's code, or what became of it. It numbers the standard's bits from the least significant bit of a word
upwards. A schedule is two words for each round key: the first has the six bits for S_1, S_3, S_5 and S_7, beginning at bit 2 of each
byte; the second those for S_2, S_4, S_6 and S_8, beginning at bit 6 of each byte and going on in the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crypto_specs import des, modes, octets
from lnsym.bv import BV, concat, ite
from lnsym.contract import Block, Theorem, contract
from programs.contracts.block_modes import WAYS, cbc, one_block

SCHEDULE_WORDS = 2 * des.ROUNDS


def _reversed(x: BV) -> BV:
    """The bits of x in the opposite order."""
    return concat(*[x[i] for i in range(x.width)])


def _schedule_words(round_key: BV) -> list[BV]:
    """A round key of 48 bits as the two words of a schedule."""
    sixes = [_reversed(round_key[47 - 6 * i : 42 - 6 * i]) for i in range(8)]
    odd, even = ([six.zero_extend(8) << 2 for six in sixes[first::2]] for first in (0, 1))
    return [octets.little_endian(odd), octets.little_endian(even).rotate_left(4)]


def _round_keys(words: Sequence[BV]) -> list[BV]:
    """The round keys that a schedule of any words holds."""
    keys = []
    for odd, even in zip(words[::2], words[1::2], strict=True):
        even = even.rotate_right(4)
        sixes = [_reversed(word[8 * i + 7 : 8 * i + 2]) for i in range(4) for word in (odd, even)]
        keys.append(concat(*sixes))
    return keys


def _given_schedule(t: Theorem, name: str) -> tuple[Block, list[BV]]:
    schedule = t.region(name, SCHEDULE_WORDS, 32, alignment=4)
    return schedule, _round_keys(schedule.elements)


def _on_octets(cipher: Callable[[BV], BV]) -> modes.BlockCipher:
    return lambda block: octets.big_endian_octets(cipher(octets.big_endian(block)))


def _schedules_and_cipher(t: Theorem, triple: bool, decrypt: bool) -> tuple[list[Block], modes.BlockCipher]:
    """One schedule or three, and DES or TDEA under them, or its inverse, from 8 octets to 8 octets."""
    if not triple:
        schedule, round_keys = _given_schedule(t, "schedule")
        single = des.decrypt if decrypt else des.encrypt
        return [schedule], _on_octets(lambda block: single(block, round_keys))
    given = [_given_schedule(t, f"schedule_{i}") for i in (1, 2, 3)]
    cipher = des.tdea_decrypt if decrypt else des.tdea_encrypt
    return [schedule for schedule, _ in given], _on_octets(lambda block: cipher(block, [keys for _, keys in given]))


@contract("des-set-key", routines=["DES_set_key_unchecked", "DES_set_key_ex"])
def des_set_key(t: Theorem) -> None:
    """void f(const uint8_t key[8], DES_key_schedule *schedule): the key schedule. FIPS 46-3, appendix 1."""
    key = t.region("key", 8, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, access="w", alignment=4)
    t.call(key, schedule)
    round_keys = des.key_schedule(octets.big_endian(key.elements))
    t.ensure(schedule, [word for round_key in round_keys for word in _schedule_words(round_key)])


def _set_and_check_key(t: Theorem, keep_refused: bool) -> None:
    key_octets = t.region("key", 8, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, access="rw", alignment=4)
    t.call(key_octets, schedule)
    key = octets.big_endian(key_octets.elements)
    weak, odd = des.is_weak(key), des.has_odd_parity(key)
    words = [word for round_key in des.key_schedule(key) for word in _schedule_words(round_key)]
    if keep_refused:
        words = [ite(~weak & odd, word, old) for word, old in zip(words, schedule.elements, strict=True)]
        result = ite(odd, ite(weak, BV.const(-2, 32), BV.const(0, 32)), BV.const(-1, 32))
    else:
        result = ite(weak, BV.const(-2, 32), ite(odd, BV.const(0, 32), BV.const(-1, 32)))
    t.ensure(schedule, words)
    t.ensure_result(result)


@contract("des-set-key-and-check", routines=["DES_set_key", "DES_key_sched"], links=["CRYPTO_memcmp"])
def des_set_key_and_check(t: Theorem) -> None:
    """int f(const uint8_t key[8], DES_key_schedule *schedule): the key schedule, whatever the key is.

    It returns -2 for a weak or semi-weak key, else -1 for one whose parity is not odd, else 0.
    """
    _set_and_check_key(t, keep_refused=False)


@contract("des-set-key-checked", routines=["DES_set_key_checked"], links=["CRYPTO_memcmp"])
def des_set_key_checked(t: Theorem) -> None:
    """The same, nothing being written for a key that is refused; here a wrong parity comes first."""
    _set_and_check_key(t, keep_refused=True)


@contract("des-encrypt", routines=["DES_encrypt1"], cases=WAYS)
def des_encrypt(t: Theorem, decrypt: bool = False) -> None:
    """void f(uint32_t block[2], const DES_key_schedule *schedule, int encrypt): one block in place. FIPS 46-3."""
    block = t.region("block", 8, 8, access="rw", alignment=4)
    schedules, cipher = _schedules_and_cipher(t, False, decrypt)
    t.call(block, *schedules, BV.const(int(not decrypt), 32))
    t.ensure(block, cipher(block.elements))


@contract("des-rounds", routines=["DES_encrypt2"], cases=WAYS)
def des_rounds(t: Theorem, decrypt: bool = False) -> None:
    """void f(uint32_t halves[2], const DES_key_schedule *schedule, int encrypt): the 16 rounds alone. FIPS 46-3.

    From the permuted input to the preoutput; the right half comes first, both with their bits in the opposite order.
    """
    halves = t.region("halves", 2, 32, access="rw", alignment=4)
    schedule, round_keys = _given_schedule(t, "schedule")
    t.call(halves, schedule, BV.const(int(not decrypt), 32))
    right, left = (_reversed(half) for half in halves.elements)
    preoutput = des.rounds(concat(left, right), round_keys[::-1] if decrypt else round_keys)
    t.ensure(halves, [_reversed(preoutput[31:0]), _reversed(preoutput[63:32])])


def _tdea(t: Theorem, decrypt: bool) -> None:
    block = t.region("block", 8, 8, access="rw", alignment=4)
    schedules, cipher = _schedules_and_cipher(t, True, decrypt)
    t.call(block, *schedules)
    t.ensure(block, cipher(block.elements))


@contract("tdea-encrypt", routines=["DES_encrypt3"])
def tdea_encrypt(t: Theorem) -> None:
    """void f(uint32_t block[2], const DES_key_schedule *first, *second, *third): one block in place. SP 800-67, section 3.1."""
    _tdea(t, decrypt=False)


@contract("tdea-decrypt", routines=["DES_decrypt3"])
def tdea_decrypt(t: Theorem) -> None:
    """The inverse, its schedules in the same order. SP 800-67, section 3.2."""
    _tdea(t, decrypt=True)


def _ecb(t: Theorem, triple: bool, decrypt: bool, in_place: bool) -> None:
    one_block(t, 8, *_schedules_and_cipher(t, triple, decrypt), decrypt, in_place)


@contract("des-ecb", routines=["DES_ecb_encrypt", "DES_ecb_encrypt_ex"], cases=WAYS, links=["DES_encrypt1"])
def des_ecb(t: Theorem, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t in[8], uint8_t out[8], const DES_key_schedule *, int encrypt): one block. SP 800-38A, section 6.1."""
    _ecb(t, False, decrypt, in_place)


@contract("tdea-ecb", routines=["DES_ecb3_encrypt", "DES_ecb3_encrypt_ex"], cases=WAYS, links=["DES_encrypt3"])
def tdea_ecb(t: Theorem, decrypt: bool = False, in_place: bool = False) -> None:
    """The same of TDEA: three schedules, and then the way."""
    _ecb(t, True, decrypt, in_place)


def _cbc(t: Theorem, triple: bool, blocks: int, decrypt: bool, in_place: bool) -> None:
    cbc(t, 8, *_schedules_and_cipher(t, triple, decrypt), blocks, decrypt, in_place)


@contract("des-cbc", routines=["DES_ncbc_encrypt", "DES_ncbc_encrypt_ex"], cases=WAYS)
def des_cbc(t: Theorem, blocks: int = 2, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, long bytes, const DES_key_schedule *, uint8_t iv[8], int encrypt): CBC.

    SP 800-38A, section 6.2. The last ciphertext block is left in `iv`.
    """
    _cbc(t, False, blocks, decrypt, in_place)


@contract("tdea-cbc", routines=["DES_ede3_cbc_encrypt", "DES_ede3_cbc_encrypt_ex"], cases=WAYS)
def tdea_cbc(t: Theorem, blocks: int = 2, decrypt: bool = False, in_place: bool = False) -> None:
    """The same of TDEA, with three schedules."""
    _cbc(t, True, blocks, decrypt, in_place)

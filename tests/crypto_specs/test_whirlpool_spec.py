"""Whirlpool against the vectors of ISO/IEC 10118-3."""

import pytest

from crypto_specs import octets, whirlpool
from lnsym.bv import BV


def test_s_box() -> None:
    # The final version: the first row of the table in appendix B
    assert whirlpool.S.entries[:8] == (0x18, 0x23, 0xC6, 0xE8, 0x87, 0xB8, 0x01, 0x4F)
    assert sorted(whirlpool.S.entries) == list(range(256))


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (
            b"",
            "19fa61d75522a4669b44e39c1d2e1726c530232130d407f89afee0964997f7a7"
            "3e83be698b288febcf88e3e03c4f0757ea8964e59b63d93708b138cc42a66eb3",
        ),
        (
            b"abc",
            "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce721ae1b303d97e6d4c"
            "7181eebdb6c57e277d0e34957114cbd6c797fc9d95d8b582d225292076d4eef5",
        ),
        (
            b"1234567890" * 8,
            "466ef18babb0154d25b9d38a6414f5c08784372bccb204d6549c4afadb601429"
            "4d5bd8df2a6c44e538cd047b2681a51a2c60481e88c5a20b2c2a80cf3a9a083b",
        ),
    ],
)
def test_iso_vectors(message: bytes, digest: str) -> None:
    assert whirlpool.digest(message).hex() == digest


def test_wrong_sizes_are_refused_by_whirlpool() -> None:
    with pytest.raises(ValueError, match="64 octets, not 64 and 63"):
        whirlpool.compress([BV.const(0, 8)] * 64, octets.from_bytes(bytes(63)))

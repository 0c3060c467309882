"""The modes of SP 800-38A, XTS and GCM against SP 800-38A, RFC 3686, IEEE Std 1619, the GCM submission and a well-kept library."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers import modes as library_modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import aes, gcm, modes, octets, xts
from lnsym.bv import BV

# SP 800-38A, appendix F: the keys and the four blocks of plaintext that all examples share
KEYS = {
    aes.AES128: "2b7e151628aed2a6abf7158809cf4f3c",
    aes.AES192: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
    aes.AES256: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
}
PLAINTEXT = (
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
)
IV = "000102030405060708090a0b0c0d0e0f"
COUNTER = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
ECB = {  # F.1.1, F.1.3, F.1.5
    aes.AES128: (
        "3ad77bb40d7a3660a89ecaf32466ef97 f5d3d58503b9699de785895a96fdbaaf"
        "43b1cd7f598ece23881b00e3ed030688 7b0c785e27e8ad3f8223207104725dd4"
    ),
    aes.AES192: (
        "bd334f1d6e45f25ff712a214571fa5cc 974104846d0ad3ad7734ecb3ecee4eef"
        "ef7afd2270e2e60adce0ba2face6444e 9a4b41ba738d6c72fb16691603c18e0e"
    ),
    aes.AES256: (
        "f3eed1bdb5d2a03c064b5a7e3db181f8 591ccb10d410ed26dc5ba74a31362870"
        "b6ed21b99ca6f4f9f153e7b1beafed1d 23304b7a39f9f3ff067d8d8f9e24ecc7"
    ),
}
CBC = {  # F.2.1, F.2.3, F.2.5
    aes.AES128: (
        "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
        "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7"
    ),
    aes.AES192: (
        "4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a"
        "571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd"
    ),
    aes.AES256: (
        "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d"
        "39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b"
    ),
}
CTR = {  # F.5.1, F.5.3, F.5.5
    aes.AES128: (
        "874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff"
        "5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee"
    ),
    aes.AES192: (
        "1abc932417521ca24f2b0459fe7e6e0b 090339ec0aa6faefd5ccc2c6f4ce8e94"
        "1e36b26bd1ebc670d1bd1d665620abf7 4f78a7f6d29809585a97daec58c6b050"
    ),
    aes.AES256: (
        "601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"
        "2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6"
    ),
}


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


def blocks(text: str) -> list[list[BV]]:
    data = terms(text)
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def values(data: list[list[BV]]) -> bytes:
    return b"".join([octets.to_bytes(block) for block in data])


@pytest.mark.parametrize("parameters", KEYS, ids=lambda p: p.name)
def test_cbc_examples(parameters: aes.Parameters) -> None:
    key = terms(KEYS[parameters])
    ciphertext = modes.cbc_encrypt(aes.encryption(parameters, key), terms(IV), blocks(PLAINTEXT))
    assert values(ciphertext) == bytes.fromhex(CBC[parameters])
    plaintext = modes.cbc_decrypt(aes.decryption(parameters, key), terms(IV), ciphertext)
    assert values(plaintext) == bytes.fromhex(PLAINTEXT)


@pytest.mark.parametrize("parameters", KEYS, ids=lambda p: p.name)
def test_ctr_examples(parameters: aes.Parameters) -> None:
    ciph = aes.encryption(parameters, terms(KEYS[parameters]))
    ciphertext = modes.ctr(ciph, 128, terms(COUNTER), blocks(PLAINTEXT))
    assert values(ciphertext) == bytes.fromhex(CTR[parameters])
    assert modes.ctr32(ciph, terms(COUNTER), ciphertext) == blocks(PLAINTEXT)


@pytest.mark.parametrize("parameters", KEYS, ids=lambda p: p.name)
def test_ecb_examples(parameters: aes.Parameters) -> None:
    key = terms(KEYS[parameters])
    ciphertext = modes.ecb(aes.encryption(parameters, key), blocks(PLAINTEXT))
    assert values(ciphertext) == bytes.fromhex(ECB[parameters])
    assert modes.ecb(aes.decryption(parameters, key), ciphertext) == blocks(PLAINTEXT)


def test_ofb_example() -> None:
    # F.4.1 and F.4.2
    ciph = aes.encryption(aes.AES128, terms(KEYS[aes.AES128]))
    ciphertext = blocks(
        "3b3fd92eb72dad20333449f8e83cfb4a 7789508d16918f03f53c52dac54ed825"
        "9740051e9c5fecf64344f7a82260edcc 304c6528f659c77866a510d9c1d6ae5e"
    )
    assert modes.ofb(ciph, terms(IV), blocks(PLAINTEXT)) == ciphertext
    assert modes.ofb(ciph, terms(IV), ciphertext) == blocks(PLAINTEXT)


@pytest.mark.parametrize(
    ("octets_each", "ciphertext"),
    [
        (1, "3b79424c9c0dd436bace9e0ed4586a4f32b9"),  # F.3.7
        (
            16,  # F.3.13
            "3b3fd92eb72dad20333449f8e83cfb4a c8a64537a0b3a93fcde3cdad9f1ce58b"
            "26751f67a3cbb140b1808cf187a4f4df c04b05357c5d1c0eeac4c66f9ff7f2e6",
        ),
    ],
)
def test_cfb_examples(octets_each: int, ciphertext: str) -> None:
    ciph = aes.encryption(aes.AES128, terms(KEYS[aes.AES128]))
    expected = terms(ciphertext)
    plaintext = terms(PLAINTEXT)[: len(expected)]
    cut = range(0, len(expected), octets_each)
    encrypted = modes.cfb_encrypt(ciph, terms(IV), [plaintext[at : at + octets_each] for at in cut])
    assert [byte for segment in encrypted for byte in segment] == expected
    decrypted = modes.cfb_decrypt(ciph, terms(IV), encrypted)
    assert [byte for segment in decrypted for byte in segment] == plaintext


XTS = [  # IEEE Std 1619-2007, appendix B, vectors 1, 2, 4 (its first two blocks) and 15 to 18: keys, i, plaintext, ciphertext
    (
        "00" * 16,
        "00" * 16,
        "00" * 16,
        "00" * 32,
        "917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e",
    ),
    (
        "11" * 16,
        "22" * 16,
        "3333333333",
        "44" * 32,
        "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0",
    ),
    (
        "27182818284590452353602874713526",
        "31415926535897932384626433832795",
        "00",
        bytes(range(32)).hex(),
        "27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c",
    ),
    *[
        (
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0",
            "bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0",
            "9a78563412",
            bytes(range(size)).hex(),
            ciphertext,
        )
        for size, ciphertext in (
            (17, "6c1625db4671522d3d7599601de7ca09ed"),
            (18, "d069444b7a7e0cab09e24447d24deb1fedbf"),
            (19, "e5df1351c0544ba1350b3363cd8ef4beedbf9d"),
            (20, "9d84c813f719aa2c7be3f66171c7c5c2edbf9dac"),
        )
    ],
]


@pytest.mark.parametrize(("key_1", "key_2", "i", "plaintext", "ciphertext"), XTS)
def test_xts_vectors_of_ieee_1619(key_1: str, key_2: str, i: str, plaintext: str, ciphertext: str) -> None:
    ciph, tweak_ciph = (aes.encryption(aes.AES128, terms(key)) for key in (key_1, key_2))
    tweak = terms(i.ljust(32, "0"))
    assert xts.encrypt(ciph, tweak_ciph, tweak, terms(plaintext)) == terms(ciphertext)
    inverse = aes.decryption(aes.AES128, terms(key_1))
    assert xts.decrypt(inverse, tweak_ciph, tweak, terms(ciphertext)) == terms(plaintext)


@settings(max_examples=6, deadline=None)
@given(
    key=st.binary(min_size=64, max_size=64).filter(lambda key: key[:32] != key[32:]),  # equal ones are refused there
    i=st.binary(min_size=16, max_size=16),
    data=st.binary(min_size=16, max_size=70),
)
def test_random_xts_against_a_library(key: bytes, i: bytes, data: bytes) -> None:
    first, second = octets.from_bytes(key[:32]), octets.from_bytes(key[32:])
    ciph, tweak_ciph = (aes.encryption(aes.AES256, half) for half in (first, second))
    encryptor = Cipher(algorithms.AES(key), library_modes.XTS(i)).encryptor()
    ciphertext = xts.encrypt(ciph, tweak_ciph, octets.from_bytes(i), octets.from_bytes(data))
    assert octets.to_bytes(ciphertext) == encryptor.update(data) + encryptor.finalize()
    inverse = aes.decryption(aes.AES256, first)
    assert octets.to_bytes(xts.decrypt(inverse, tweak_ciph, octets.from_bytes(i), ciphertext)) == data


def test_xts_of_less_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="not 15"):
        xts.encrypt(list, list, terms(IV), terms("00" * 15))


RFC_3686 = [  # section 6, test vectors 1, 2, 4, 5, 7 and 8: key, counter block, plaintext, ciphertext
    (
        "ae6852f8121067cc4bf7a5765577f39e",
        "00000030000000000000000000000001",
        "53696e676c6520626c6f636b206d7367",
        "e4095d4fb7a7b3792d6175a3261311b8",
    ),
    (
        "7e24067817fae0d743d6ce1f32539163",
        "006cb6dbc0543b59da48d90b00000001",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28",
    ),
    (
        "16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb78515",
        "0000004836733c147d6d93cb00000001",
        "53696e676c6520626c6f636b206d7367",
        "4b55384fe259c9c84e7935a003cbe928",
    ),
    (
        "7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a",
        "0096b03b020c6eadc2cb500d00000001",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00",
    ),
    (
        "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104",
        "00000060db5672c97aa8f0b200000001",
        "53696e676c6520626c6f636b206d7367",
        "145ad01dbf824ec7560863dc71e3e0c0",
    ),
    (
        "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884",
        "00faac24c1585ef15a43d87500000001",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c",
    ),
]


@pytest.mark.parametrize(("key", "counter", "plaintext", "ciphertext"), RFC_3686)
def test_ctr32_vectors_of_rfc_3686(key: str, counter: str, plaintext: str, ciphertext: str) -> None:
    parameters = next(p for p in KEYS if 8 * p.nk == len(key))
    result = modes.ctr32(aes.encryption(parameters, terms(key)), terms(counter), blocks(plaintext))
    assert values(result).hex() == ciphertext


def library_ecb(key: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), library_modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


@settings(max_examples=6, deadline=None)
@given(
    key=st.binary(min_size=16, max_size=16),
    fixed=st.binary(min_size=12, max_size=12),
    before_wrap=st.integers(0, 4),
    data=st.binary(min_size=16, max_size=80).map(lambda data: data[: len(data) // 16 * 16]),
)
def test_ctr32_wraps_in_the_last_32_bits(key: bytes, fixed: bytes, before_wrap: int, data: bytes) -> None:
    """The counter blocks written out here, encrypted by a library; the twelve bytes before the counter never change."""
    first = (2**32 - before_wrap) % 2**32
    counters = [fixed + ((first + i) % 2**32).to_bytes(4, "big") for i in range(len(data) // 16)]
    stream = library_ecb(key, b"".join(counters))
    ciph = aes.encryption(aes.AES128, octets.from_bytes(key))
    result = modes.ctr32(ciph, octets.from_bytes(counters[0]), blocks(data.hex()))
    assert values(result) == bytes([a ^ b for a, b in zip(data, stream, strict=True)])


@settings(max_examples=6, deadline=None)
@given(
    key=st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    iv=st.sampled_from([b"\xff" * 16, b"\x00" * 11 + b"\xff" * 5]) | st.binary(min_size=16, max_size=16),
    data=st.binary(min_size=16, max_size=64).map(lambda data: data[: len(data) // 16 * 16]),
)
def test_random_cbc_and_ctr_against_a_library(key: bytes, iv: bytes, data: bytes) -> None:
    parameters = next(p for p in KEYS if 4 * p.nk == len(key))
    ciph = aes.encryption(parameters, octets.from_bytes(key))
    for mode, result in (
        (library_modes.CBC(iv), modes.cbc_encrypt(ciph, octets.from_bytes(iv), blocks(data.hex()))),
        (library_modes.CTR(iv), modes.ctr(ciph, 128, octets.from_bytes(iv), blocks(data.hex()))),
    ):
        encryptor = Cipher(algorithms.AES(key), mode).encryptor()
        assert values(result) == encryptor.update(data) + encryptor.finalize()


def test_counters_wrap_at_their_width() -> None:
    top = terms("00112233445566778899aabbffffffff")
    assert octets.to_bytes(modes.increment(32, top)).hex() == "00112233445566778899aabb00000000"
    assert octets.to_bytes(modes.increment(128, top)).hex() == "00112233445566778899aabc00000000"
    assert [octets.to_bytes(t)[-4:].hex() for t in modes.counter_blocks(32, top, 3)] == [
        "ffffffff",
        "00000000",
        "00000001",
    ]
    assert modes.counter_blocks(32, top, 0) == []


def test_no_blocks_give_no_blocks() -> None:
    ciph = aes.encryption(aes.AES128, terms(KEYS[aes.AES128]))
    assert modes.cbc_encrypt(ciph, terms(IV), []) == []
    assert modes.cbc_decrypt(ciph, terms(IV), []) == []
    assert modes.ctr32(ciph, terms(IV), []) == []


# GCM. The test cases are those of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.


def number(text: str) -> BV:
    return octets.big_endian(terms(text))


def test_ghash_of_test_case_2() -> None:
    h = number("66e94bd4ef8a2c3b884cfa59ca342b2e")
    ciphertext = number("0388dace60b6a392f328c2b971b2fe78")
    hashed = gcm.ghash(h, [ciphertext, gcm.lengths_block(0, 16)])
    assert hashed == number("f38cbb1ad69223dcc3457ae5b6b0f885")


def test_ghash_goes_on_from_a_value() -> None:
    h, x0, x1 = number("66e94bd4ef8a2c3b884cfa59ca342b2e"), number(IV), number(COUNTER)
    assert gcm.ghash(h, [x1], gcm.ghash(h, [x0])) == gcm.ghash(h, [x0, x1])


def test_multiplication_is_that_of_a_field() -> None:
    x, y, z = (number(text) for text in (IV, COUNTER, KEYS[aes.AES128]))
    one = BV.const(1 << 127, 128)
    assert gcm.multiply(x, one) == gcm.multiply(one, x) == x
    assert gcm.multiply(x, y) == gcm.multiply(y, x)
    assert gcm.multiply(x, gcm.multiply(y, z)) == gcm.multiply(gcm.multiply(x, y), z)
    assert gcm.multiply(x, y ^ z) == gcm.multiply(x, y) ^ gcm.multiply(x, z)


KEY_4 = "feffe9928665731c6d6a8f9467308308"
PLAINTEXT_4 = (
    "d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39"
)
AAD_4 = "feedfacedeadbeeffeedfacedeadbeefabaddad2"


@pytest.mark.parametrize(
    ("iv", "ciphertext", "tag"),
    [
        (
            "cafebabefacedbaddecaf888",
            "42831ec2217774244b7221b784d0d49c e3aa212f2c02a4e035c17e2329aca12e"
            "21d514b25466931c7d8f6a5aac84aa05 1ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47",
        ),
        (
            "cafebabefacedbad",
            "61353b4c2806934a777ff51fa22a4755 699b2a714fcdc6f83766e5f97b6c7423"
            "73806900e49f24b22b097544d4896b42 4989b5e1ebac0f07c23f4598",
            "3612d2e79e3b0785561be14aaca2fccb",
        ),
    ],
    ids=["test case 4", "test case 5"],
)
def test_gcm_test_cases(iv: str, ciphertext: str, tag: str) -> None:
    ciph = aes.encryption(aes.AES128, terms(KEY_4))
    assert gcm.encrypt(ciph, terms(iv), terms(PLAINTEXT_4), terms(AAD_4)) == (terms(ciphertext), terms(tag))
    assert gcm.decrypt(ciph, terms(iv), terms(ciphertext), terms(AAD_4)) == (terms(PLAINTEXT_4), terms(tag))


@settings(max_examples=8, deadline=None)
@given(
    key=st.binary(min_size=32, max_size=32),
    iv=st.binary(min_size=8, max_size=40),
    plaintext=st.binary(max_size=50),
    aad=st.binary(max_size=50),
)
def test_random_gcm_against_a_library(key: bytes, iv: bytes, plaintext: bytes, aad: bytes) -> None:
    ciph = aes.encryption(aes.AES256, octets.from_bytes(key))
    ciphertext, tag = gcm.encrypt(ciph, octets.from_bytes(iv), octets.from_bytes(plaintext), octets.from_bytes(aad))
    assert octets.to_bytes(ciphertext + tag) == AESGCM(key).encrypt(iv, plaintext, aad)

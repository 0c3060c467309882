"""AES against the vectors of FIPS 197 and a well-kept library."""

from collections.abc import Iterator, Sequence

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import aes, octets
from lnsym.bv import BV, evaluate

VARIANTS = [aes.AES128, aes.AES192, aes.AES256]


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


def text(block: list[BV]) -> str:
    return octets.to_bytes(block).hex()


def text_of_words(round_keys: list[list[BV]], first: int, last: int) -> str:
    words = [text(round_key[at : at + 4]) for round_key in round_keys for at in range(0, 16, 4)]
    return " ".join(words[first : last + 1])


# The field and the S-boxes


def test_products_of_the_standard() -> None:
    # FIPS 197, section 4.2
    b = BV.const(0x57, 8)
    assert aes.multiply(0x83, b).value == 0xC1
    assert aes.multiply(0x13, b).value == 0xFE
    assert aes.xtimes(b).value == 0xAE
    assert aes.xtimes(aes.xtimes(b)).value == 0x47


def test_inverses_are_inverse() -> None:
    zero, *inverses = aes.inverses()
    assert zero.value == 0
    assert all(aes.multiply(b, inverse).value == 1 for b, inverse in enumerate(inverses, 1))


def test_s_box_has_the_rows_of_table_4() -> None:
    assert bytes(aes.SBOX.entries[:16]).hex() == "637c777bf26b6fc53001672bfed7ab76"
    assert bytes(aes.SBOX.entries[-16:]).hex() == "8ca1890dbfe6426841992d0fb054bb16"
    assert aes.SBOX[0x53] == 0xED  # the example of section 5.1.1


def test_inverse_s_box_has_the_rows_of_table_6() -> None:
    assert bytes(aes.INV_SBOX.entries[:16]).hex() == "52096ad53036a538bf40a39e81f3d7fb"
    assert bytes(aes.INV_SBOX.entries[-16:]).hex() == "172b047eba77d626e169146355210c7d"
    assert all(aes.INV_SBOX[aes.SBOX[b]] == b for b in range(256))


# Key expansion: appendix A


def test_key_expansion_of_128_bits() -> None:
    round_keys = aes.key_expansion(aes.AES128, terms("2b7e151628aed2a6abf7158809cf4f3c"))
    assert len(round_keys) == 11
    assert text_of_words(round_keys, 0, 7) == (
        "2b7e1516 28aed2a6 abf71588 09cf4f3c a0fafe17 88542cb1 23a33939 2a6c7605"
    )
    assert text_of_words(round_keys, 40, 43) == "d014f9a8 c9ee2589 e13f0cc8 b6630ca6"


def test_key_expansion_of_192_bits() -> None:
    round_keys = aes.key_expansion(aes.AES192, terms("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"))
    assert len(round_keys) == 13
    assert text_of_words(round_keys, 6, 11) == "fe0c91f7 2402f5a5 ec12068e 6c827f6b 0e7a95b9 5c56fec2"
    assert text_of_words(round_keys, 48, 51) == "e98ba06f 448c773c 8ecc7204 01002202"


def test_key_expansion_of_256_bits() -> None:
    key = terms("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    round_keys = aes.key_expansion(aes.AES256, key)
    assert len(round_keys) == 15
    assert text_of_words(round_keys, 8, 15) == (
        "9ba35411 8e6925af a51a8b5f 2067fcde a8b09c1a 93d194cd be49846e b75d5b9a"
    )
    assert text_of_words(round_keys, 56, 59) == "fe4890d1 e6188d0b 046df344 706c631e"


def test_round_constants_of_table_5() -> None:
    constants = [aes.rcon(j)[0].value for j in range(1, 11)]
    assert bytes(constants).hex() == "01020408102040801b36"


# The cipher: appendix B, and appendix C of the edition of 2001


def test_cipher_example_of_appendix_b() -> None:
    round_keys = aes.key_expansion(aes.AES128, terms("2b7e151628aed2a6abf7158809cf4f3c"))
    block = aes.cipher(aes.AES128, terms("3243f6a8885a308d313198a2e0370734"), round_keys)
    assert text(block) == "3925841d02dc09fbdc118597196a0b32"


def test_first_round_of_appendix_c_1() -> None:
    state = terms("00102030405060708090a0b0c0d0e0f0")
    state = aes.sub_bytes(state)
    assert text(state) == "63cab7040953d051cd60e0e7ba70e18c"
    state = aes.shift_rows(state)
    assert text(state) == "6353e08c0960e104cd70b751bacad0e7"
    state = aes.mix_columns(state)
    assert text(state) == "5f72641557f5bc92f7be3b291db9f91a"
    state = aes.inv_sub_bytes(aes.inv_shift_rows(aes.inv_mix_columns(state)))
    assert text(state) == "00102030405060708090a0b0c0d0e0f0"


@pytest.mark.parametrize(
    ("parameters", "ciphertext"),
    [
        (aes.AES128, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (aes.AES192, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (aes.AES256, "8ea2b7ca516745bfeafc49904b496089"),
    ],
)
def test_vectors_of_appendix_c(parameters: aes.Parameters, ciphertext: str) -> None:
    key = octets.from_bytes(bytes(range(4 * parameters.nk)))
    plaintext = "00112233445566778899aabbccddeeff"
    round_keys = aes.key_expansion(parameters, key)
    inverse_keys = aes.equivalent_inverse_key_schedule(parameters, key)
    assert text(aes.cipher(parameters, terms(plaintext), round_keys)) == ciphertext
    assert text(aes.inverse_cipher(parameters, terms(ciphertext), round_keys)) == plaintext
    assert text(aes.equivalent_inverse_cipher(parameters, terms(ciphertext), inverse_keys)) == plaintext


def test_equivalent_inverse_keys_of_appendix_c_1() -> None:
    first, *_, before_last, last = aes.equivalent_inverse_key_schedule(aes.AES128, octets.from_bytes(bytes(range(16))))
    assert text(first) == "000102030405060708090a0b0c0d0e0f"
    assert text(before_last) == "13aa29be9c8faff6f770f58000f7bf03"
    assert text(last) == "13111d7fe3944a17f307a78b4d2b30c5"


# Known answers of NIST's validation suite: AESAVS (November 2002), ECB mode. The cipher is built once on symbols, and takes all
# keys and blocks of a list at once.

SIZES = {128: aes.AES128, 192: aes.AES192, 256: aes.AES256}
Link = tuple[bytes, bytes, bytes]
"""Key, plaintext, ciphertext."""

GFSBOX = {  # appendix B: plaintext and ciphertext under the key of zeros
    128: """f34481ec3cc627bacd5dc3fb08f273e6 0336763e966d92595a567cc9ce537f5e
            9798c4640bad75c7c3227db910174e72 a9a1631bf4996954ebc093957b234589
            96ab5c2ff612d9dfaae8c31f30c42168 ff4f8391a6a40ca5b25d23bedd44a597
            6a118a874519e64e9963798a503f1d35 dc43be40be0e53712f7e2bf5ca707209
            cb9fceec81286ca3e989bd979b0cb284 92beedab1895a94faa69b632e5cc47ce
            b26aeb1874e47ca8358ff22378f09144 459264f4798f6a78bacb89c15ed3d601
            58c8e00b2631686d54eab84b91f0aca1 08a4e2efec8a8e3312ca7460b9040bbf""",
    192: """1b077a6af4b7f98229de786d7516b639 275cfc0413d8ccb70513c3859b1d0f72
            9c2d8842e5f48f57648205d39a239af1 c9b8135ff1b5adc413dfd053b21bd96d
            bff52510095f518ecca60af4205444bb 4a3650c3371ce2eb35e389a171427440
            51719783d3185a535bd75adc65071ce1 4f354592ff7c8847d2d0870ca9481b7c
            26aa49dcfe7629a8901a69a9914e6dfd d5e08bf9a182e857cf40b3a36ee248cc
            941a4773058224e1ef66d10e0a6ee782 067cd9d3749207791841562507fa9626""",
    256: """014730f80ac625fe84f026c60bfd547d 5c9d844ed46f9885085e5d6a4f94c7d7
            0b24af36193ce4665f2825d7b4749c98 a9ff75bd7cf6613d3731c77c3b6d0c04
            761c1fe41a18acf20d241650611d90f1 623a52fcea5d443e48d9181ab32c7421
            8a560769d605868ad80d819bdba03771 38f2c7ae10612415d27ca190d27da8b4
            91fbef2d15a97816060bee1feaa49afe 1bc704f1bce135ceb810341b216d7abe""",
}
KEYSBOX = {  # appendix C, the first of each size: key and ciphertext of the block of zeros
    128: """10a58869d74be5a374cf867cfb473859 6d251e6944b051e04eaa6fb4dbf78465
            caea65cdbb75e9169ecd22ebe6e54675 6e29201190152df4ee058139def610bb
            a2e2fa9baf7d20822ca9f0542f764a41 c3b44b95d9d2f25670eee9a0de099fa3
            b6364ac4e1de1e285eaf144a2415f7a0 5d9b05578fc944b3cf1ccf0e746cd581
            64cf9c7abc50b888af65f49d521944b2 f7efc89d5dba578104016ce5ad659c05""",
    192: """e9f065d7c13573587f7875357dfbb16c53489f6a4bd0f7cd 0956259c9cd5cfd0181cca53380cde06
            15d20f6ebc7e649fd95b76b107e6daba967c8a9484797f29 8e4e18424e591a3d5b6f0876f16f8594
            a8a282ee31c03fae4f8e9b8930d5473c2ed695a347e88b7c 93f3270cfc877ef17e106ce938979cb0
            cd62376d5ebb414917f0c78f05266433dc9192a1ec943300 7f6c25ff41858561bb62f36492e93c29
            502a6ab36984af268bf423c7f509205207fc1552af4a91e5 8e06556dcbb00b809a025047cff2a940""",
    256: """c47b0294dbbbee0fec4757f22ffeee3587ca4730c3d33b691df38bab076bc558 46f2fb342d6f0ab477476fc501242c5f
            28d46cffa158533194214a91e712fc2b45b518076675affd910edeca5f41ac64 4bf3b0a69aeb6657794f2901b1440ad4
            c1cc358b449909a19436cfbb3f852ef8bcb5ed12ac7058325f56e6099aab1a1c 352065272169abf9856843927d0674fd
            984ca75f4ee8d706f46c2d98c0bf4a45f5b00d791c2dfeb191b5ed8e420fd627 4307456a9e67813b452e15fa8fffe398""",
}
VARIABLE_TEXT = {  # appendix D, first and last: the ciphertext of 80..00 and of ff..ff under the key of zeros
    128: ("3ad78e726c1ec02b7ebfe92b23d9ec34", "3f5b8cc9ea855a0afa7347d23e8d664e"),
    192: ("6cd02513e8d4dc986b4afe087a60bd0c", "b13db4da1f718bc6904797c82bcf2d32"),
    256: ("ddc6bf790c15760d8d9aeb6f9a75fd4e", "acdace8078a32b1a182bfa4987ca1347"),
}
VARIABLE_KEY = {  # appendix E, first and last: the ciphertext of the block of zeros under the keys 80..00 and ff..ff
    128: ("0edd33d3c621e546455bd8ba1418bec8", "a1f6258c877d5fcd8964484538bfc92c"),
    192: ("de885dc87f5a92594082d02cc1e1b42c", "dd8a493514231cbf56eccee4c40889fb"),
    256: ("e35a6dcb19b201a01ebcfa8aa22b5759", "4bf85f1b5d54adbc307b0a048389adcb"),
}


def holds(size: int, links: Sequence[Link], decrypt: bool) -> bool:
    """Whether the specification takes each plaintext to its ciphertext, or back."""
    key = [BV.var(f"key{i}", 8) for i in range(size // 8)]
    block = [BV.var(f"block{i}", 8) for i in range(16)]
    result = (aes.decryption if decrypt else aes.encryption)(SIZES[size], key)(block)
    samples, expected = [], []
    for key_bytes, plaintext, ciphertext in links:
        given = ciphertext if decrypt else plaintext
        samples.append(dict(zip([*key, *block], [*key_bytes, *given], strict=True)))
        expected.append(plaintext if decrypt else ciphertext)
    return [bytes(values) for values in evaluate(result, samples)] == expected


def library(key: bytes, plaintext: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(plaintext) + encryptor.finalize()


def ones_then_zeros(bits: int) -> list[bytes]:
    """80..00, c0..00 and so on to ff..ff."""
    return [((1 << bits) - (1 << bits - count)).to_bytes(bits // 8, "big") for count in range(1, bits + 1)]


DIRECTIONS = pytest.mark.parametrize("decrypt", [False, True], ids=["encrypt", "decrypt"])


@DIRECTIONS
@pytest.mark.parametrize("size", SIZES)
def test_validation_suite_s_boxes(size: int, decrypt: bool) -> None:
    zeros, block = bytes(size // 8), bytes(16)
    fields = [bytes.fromhex(text) for text in GFSBOX[size].split()]
    links = [(zeros, p, c) for p, c in zip(fields[::2], fields[1::2], strict=True)]
    fields = [bytes.fromhex(text) for text in KEYSBOX[size].split()]
    links += [(key, block, c) for key, c in zip(fields[::2], fields[1::2], strict=True)]
    assert holds(size, links, decrypt)


@DIRECTIONS
@pytest.mark.parametrize("size", SIZES)
def test_validation_suite_variable_text_and_key(size: int, decrypt: bool) -> None:
    """All texts and keys of the suite; the answers between the first and the last are a library's."""
    zeros, block = bytes(size // 8), bytes(16)
    texts = [(zeros, p, library(zeros, p)) for p in ones_then_zeros(128)]
    keys = [(key, block, library(key, block)) for key in ones_then_zeros(size)]
    assert (texts[0][2].hex(), texts[-1][2].hex()) == VARIABLE_TEXT[size]
    assert (keys[0][2].hex(), keys[-1][2].hex()) == VARIABLE_KEY[size]
    assert holds(size, texts + keys, decrypt)


MONTE_CARLO = {  # NIST's ECBMCT128, 192 and 256: the first key, the first input and the last output, each way
    (128, False): """139a35422f1d61de3c91787fe0507afd
                     b9145a768b7dc489a096b546f43b231f fb2649694783b551eacd9d5db6126d47""",
    (128, True): """0c60e7bf20ada9baa9e1ddf0d1540726
                    b08a29b11a500ea3aca42c36675b9785 d1d2bfdc58ffcad2341b095bce55221e""",
    (192, False): """b9a63e09e1dfc42e93a90d9bad739e5967aef672eedd5da9
                     85a1f7a58167b389cddc8a9ff175ee26 5d1196da8f184975e240949a25104554""",
    (192, True): """4b97585701c03fbebdfa8555024f589f1482c58a00fdd9fd
                    d0bd0e02ded155e4516be83f42d347a4 b63ef1b79507a62eba3dafcec54a6328""",
    (256, False): """f9e8389f5b80712e3886cc1fa2d28a3b8c9cd88a2d4a54c6aa86ce0fef944be0
                     b379777f9050e2a818f2940cbbd9aba4 c5d2cb3d5b7ff0e23e308967ee074825""",
    (256, True): """2b09ba39b834062b9e93f48373b8dd018dedf1e5ba1b8af831ebbacbc92a2643
                    89649bd0115f30bd878567610223a59d e3d3868f578caf34e36445bf14cefc68""",
}


def monte_carlo(key: bytes, given: bytes, decrypt: bool) -> Iterator[list[Link]]:
    """The Monte Carlo test of ECB mode as the suite defines it, computed by a library: 100 times 1000 links of a chain."""
    for _ in range(100):
        cipher = Cipher(algorithms.AES(key), modes.ECB())
        context = cipher.decryptor() if decrypt else cipher.encryptor()
        links = []
        for _ in range(1000):
            result = context.update(given)
            links.append((key, result, given) if decrypt else (key, given, result))
            given = result
        yield links
        last = [link[1 if decrypt else 2] for link in links[-2:]]
        key = bytes([a ^ b for a, b in zip(key, b"".join(last)[-len(key) :], strict=True)])


@pytest.mark.parametrize(("size", "decrypt"), MONTE_CARLO)
def test_monte_carlo_test(size: int, decrypt: bool) -> None:
    """The library's chain ends in NIST's value; the specification confirms its first and last two links under each key."""
    key, given, last = [bytes.fromhex(text) for text in MONTE_CARLO[size, decrypt].split()]
    rounds = list(monte_carlo(key, given, decrypt))
    assert rounds[-1][-1][1 if decrypt else 2] == last
    assert holds(size, [links[at] for links in rounds for at in (0, -2, -1)], decrypt)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "decrypt"), MONTE_CARLO)
def test_every_link_of_the_monte_carlo_test(size: int, decrypt: bool) -> None:
    """The specification computes the whole chain of 100000 blocks for encryption with 128 bits, else its first 3000."""
    key, given, _ = [bytes.fromhex(text) for text in MONTE_CARLO[size, decrypt].split()]
    for number, links in enumerate(monte_carlo(key, given, decrypt)):
        if number < 3 or (size, decrypt) == (128, False):
            assert holds(size, links, decrypt)


# Random inputs


@pytest.mark.parametrize("parameters", VARIANTS, ids=lambda p: p.name)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_random_inputs_against_a_library(parameters: aes.Parameters, data: st.DataObject) -> None:
    size = 4 * parameters.nk
    key, plaintext = data.draw(st.binary(min_size=size, max_size=size)), data.draw(st.binary(min_size=16, max_size=16))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    ciphertext = encryptor.update(plaintext) + encryptor.finalize()
    key_terms = octets.from_bytes(key)
    assert octets.to_bytes(aes.encryption(parameters, key_terms)(octets.from_bytes(plaintext))) == ciphertext
    assert octets.to_bytes(aes.decryption(parameters, key_terms)(octets.from_bytes(ciphertext))) == plaintext
    inverse_keys = aes.equivalent_inverse_key_schedule(parameters, key_terms)
    block = aes.equivalent_inverse_cipher(parameters, octets.from_bytes(ciphertext), inverse_keys)
    assert octets.to_bytes(block) == plaintext


def test_wrong_sizes_are_refused() -> None:
    block = octets.from_bytes(bytes(16))
    with pytest.raises(ValueError, match="a key of AES-192 is 24 bytes, not 16"):
        aes.key_expansion(aes.AES192, block)
    round_keys = aes.key_expansion(aes.AES128, block)
    with pytest.raises(ValueError, match="AES-256 has 15 round keys, not 11"):
        aes.cipher(aes.AES256, block, round_keys)
    with pytest.raises(ValueError, match="a block is 16 bytes, not 15"):
        aes.inverse_cipher(aes.AES128, block[:15], round_keys)

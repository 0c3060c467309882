/* AES-128 in two steps: a schedule of round keys that the caller keeps, then the cipher on the 16 bytes in their order in memory. */
#include <stddef.h>
#include <stdint.h>

#define F(s) s
static const uint8_t S[256] = {
#include "tables/aes_sbox.inc"
};

/* Twice a byte, without a branch. */
static inline uint8_t twice(uint8_t b)
{
    return (uint8_t)((b << 1) ^ (0x1b & -(b >> 7)));
}

void aes128_context_set_key(uint8_t round_keys[176], const uint8_t key[16])
{
    uint8_t constant = 1;
    for (size_t i = 0; i < 176; i++) {
        if (i < 16) {
            round_keys[i] = key[i];
        } else if (i % 16 < 4) {
            size_t word = i & ~(size_t)3;
            round_keys[i] = round_keys[i - 16] ^ S[round_keys[word - 4 + (i + 1) % 4]];
            if (i % 16 == 0) {
                round_keys[i] ^= constant;
                constant = twice(constant);
            }
        } else {
            round_keys[i] = round_keys[i - 16] ^ round_keys[i - 4];
        }
    }
}

void aes128_context(const uint8_t round_keys[176], const uint8_t in[16], uint8_t out[16])
{
    uint8_t a[16], b[16];
    for (size_t i = 0; i < 16; i++)
        a[i] = in[i] ^ round_keys[i];
    for (size_t round = 1; round <= 10; round++) {
        round_keys += 16;
        for (size_t i = 0; i < 16; i++)
            b[i] = S[a[(5 * i) % 16]];
        for (size_t c = 0; c < 16; c += 4) {
            uint8_t all = b[c] ^ b[c + 1] ^ b[c + 2] ^ b[c + 3];
            for (size_t r = 0; r < 4; r++) {
                uint8_t mixed = round == 10 ? b[c + r] : b[c + r] ^ all ^ twice(b[c + r] ^ b[c + (r + 1) % 4]);
                a[c + r] = mixed ^ round_keys[c + r];
            }
        }
    }
    for (size_t i = 0; i < 16; i++)
        out[i] = a[i];
}

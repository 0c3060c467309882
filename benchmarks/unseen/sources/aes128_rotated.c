/* AES-128 with one table that is rotated, on words in little-endian order; the last round takes the S-box out of that table. */
#include <stdint.h>

#define DOUBLE(s) ((s) < 128 ? 2 * (s) : (2 * (s)) ^ 0x11b)
#define F(s) (uint32_t)(DOUBLE(s) | (s) << 8 | (s) << 16) | (uint32_t)(DOUBLE(s) ^ (s)) << 24

static const uint32_t table[256] = {
#include "tables/aes_sbox.inc"
};

static uint32_t rol(uint32_t x, int n) { return n ? x << n | x >> (32 - n) : x; }
static uint32_t s(uint32_t x, int byte) { return table[x >> (8 * byte) & 0xff] >> 8 & 0xff; }
static uint32_t t(uint32_t x, int byte) { return rol(table[x >> (8 * byte) & 0xff], 8 * byte); }

/* Expands the key in place, a round at a time. */
static void next_key(uint32_t k[4], uint32_t rcon)
{
    k[0] ^= s(k[3], 1) ^ s(k[3], 2) << 8 ^ s(k[3], 3) << 16 ^ s(k[3], 0) << 24 ^ rcon;
    k[1] ^= k[0];
    k[2] ^= k[1];
    k[3] ^= k[2];
}

void aes128_rotated(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    uint32_t k[4], x[4], y[4], rcon = 1;
    int i, round;
    __builtin_memcpy(k, key, 16);
    __builtin_memcpy(x, in, 16);
    for (i = 0; i < 4; i++)
        x[i] ^= k[i];
    for (round = 1; round <= 10; round++) {
        next_key(k, rcon);
        rcon = DOUBLE(rcon);
        for (i = 0; i < 4; i++) {
            uint32_t a = x[i], b = x[(i + 1) & 3], c = x[(i + 2) & 3], d = x[(i + 3) & 3];
            if (round < 10)
                y[i] = t(a, 0) ^ t(b, 1) ^ t(c, 2) ^ t(d, 3) ^ k[i];
            else
                y[i] = (s(a, 0) | s(b, 1) << 8 | s(c, 2) << 16 | s(d, 3) << 24) ^ k[i];
        }
        __builtin_memcpy(x, y, 16);
    }
    __builtin_memcpy(out, x, 16);
}

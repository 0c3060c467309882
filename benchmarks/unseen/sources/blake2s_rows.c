/* BLAKE2s on a block that is not the last, as four rows of four words, each half of G for all columns before the next. */
#include <stdint.h>

typedef uint32_t row[4];

static const row iv[2] = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a},
    {0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
};

static const uint8_t sigma[10][16] = {
#include "tables/blake2_sigma.inc"
};

static inline uint32_t ror(uint32_t x, unsigned n) { return (x >> n) | (x << (32 - n)); }

/* Half of G on the columns that start at `turn` in the lower rows: words s[0], s[2], s[4], s[6] of the message. */
static inline void half(row a, row b, row c, row d, const uint32_t *m, const uint8_t *s, int turn, unsigned r1, unsigned r2)
{
    int i;
    for (i = 0; i < 4; i++)
        a[i] += b[(i + turn) & 3] + m[s[2 * i]];
    for (i = 0; i < 4; i++)
        d[(i + 3 * turn) & 3] = ror(d[(i + 3 * turn) & 3] ^ a[i], r1);
    for (i = 0; i < 4; i++)
        c[(i + 2 * turn) & 3] += d[(i + 3 * turn) & 3];
    for (i = 0; i < 4; i++)
        b[(i + turn) & 3] = ror(b[(i + turn) & 3] ^ c[(i + 2 * turn) & 3], r2);
}

void blake2s_rows(uint32_t h[8], const void *block, uint64_t count)
{
    row a, b, c, d;
    uint32_t m[16];
    __builtin_memcpy(m, block, 64);
    __builtin_memcpy(a, h, 16);
    __builtin_memcpy(b, h + 4, 16);
    __builtin_memcpy(c, iv[0], 16);
    __builtin_memcpy(d, iv[1], 16);
    d[0] ^= (uint32_t)count;
    d[1] ^= (uint32_t)(count >> 32);
    for (int round = 0; round < 10; round++) {
        const uint8_t *s = sigma[round];
        for (int turn = 0; turn < 2; turn++, s += 8) {
            half(a, b, c, d, m, s, turn, 16, 12);
            half(a, b, c, d, m, s + 1, turn, 8, 7);
        }
    }
    for (int i = 0; i < 4; i++) {
        h[i] ^= a[i] ^ c[i];
        h[i + 4] ^= b[i] ^ d[i];
    }
}

/* SHA-256 with a schedule of sixteen words and rounds that rename the working variables. Loads by memcpy and a byte swap. */
#include <stdint.h>

#define ROR(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))

static const uint32_t k256[64] = {
#include "tables/sha256_k.inc"
};

#define STEP(a, b, c, d, e, f, g, h, i)                                                              \
    do {                                                                                             \
        uint32_t x = w[(i) & 15];                                                                    \
        if (r) {                                                                                     \
            uint32_t s0 = w[((i) + 1) & 15], s1 = w[((i) + 14) & 15];                                \
            x += w[((i) + 9) & 15];                                                                  \
            x += ROR(s0, 7) ^ ROR(s0, 18) ^ (s0 >> 3);                                               \
            x += ROR(s1, 17) ^ ROR(s1, 19) ^ (s1 >> 10);                                             \
            w[(i) & 15] = x;                                                                         \
        }                                                                                            \
        h += x + k256[r + (i)] + CHOOSE(e, f, g) + (ROR(e, 6) ^ ROR(e, 11) ^ ROR(e, 25));            \
        d += h;                                                                                      \
        h += MAJORITY(a, b, c) + (ROR(a, 2) ^ ROR(a, 13) ^ ROR(a, 22));                              \
    } while (0)

void sha256_ring(uint32_t *state, const unsigned char *block)
{
    uint32_t w[16];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    unsigned i, r;

    for (i = 0; i < 16; i++) {
        uint32_t word;
        __builtin_memcpy(&word, block + 4 * i, 4);
        w[i] = __builtin_bswap32(word);
    }
    for (r = 0; r < 64; r += 16) {
        for (i = 0; i < 16; i += 8) {
            STEP(a, b, c, d, e, f, g, h, i);
            STEP(h, a, b, c, d, e, f, g, i + 1);
            STEP(g, h, a, b, c, d, e, f, i + 2);
            STEP(f, g, h, a, b, c, d, e, i + 3);
            STEP(e, f, g, h, a, b, c, d, i + 4);
            STEP(d, e, f, g, h, a, b, c, i + 5);
            STEP(c, d, e, f, g, h, a, b, i + 6);
            STEP(b, c, d, e, f, g, h, a, i + 7);
        }
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

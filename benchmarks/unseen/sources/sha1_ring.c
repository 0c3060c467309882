/* SHA-1 on any number of blocks: a schedule of sixteen words, made as it is used, and five rounds written out at a time. */
#include <stddef.h>
#include <stdint.h>

#define ROL(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define F0(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define F1(b, c, d) ((b) ^ (c) ^ (d))
#define F2(b, c, d) (((b) & (c)) + ((d) & ((b) ^ (c))))

static uint32_t next(uint32_t w[16], int t)
{
    uint32_t x = w[(t + 13) & 15] ^ w[(t + 8) & 15] ^ w[(t + 2) & 15] ^ w[t & 15];
    return w[t & 15] = ROL(x, 1);
}

#define ROUND(F, k, a, b, c, d, e, t)                                   \
    e += ROL(a, 5) + F(b, c, d) + (k) + ((t) < 16 ? w[(t) & 15] : next(w, t)); \
    b = ROL(b, 30);

#define FIVE(F, k, t)                 \
    ROUND(F, k, a, b, c, d, e, t)     \
    ROUND(F, k, e, a, b, c, d, t + 1) \
    ROUND(F, k, d, e, a, b, c, t + 2) \
    ROUND(F, k, c, d, e, a, b, t + 3) \
    ROUND(F, k, b, c, d, e, a, t + 4)

void sha1_ring(uint32_t state[5], const uint8_t *data, size_t blocks)
{
    while (blocks-- != 0) {
        uint32_t w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        int t;
        __builtin_memcpy(w, data, 64);
        data += 64;
        for (t = 0; t < 16; t++)
            w[t] = __builtin_bswap32(w[t]);
        for (t = 0; t < 20; t += 5) {
            FIVE(F0, 0x5a827999, t)
        }
        for (; t < 40; t += 5) {
            FIVE(F1, 0x6ed9eba1, t)
        }
        for (; t < 60; t += 5) {
            FIVE(F2, 0x8f1bbcdc, t)
        }
        for (; t < 80; t += 5) {
            FIVE(F1, 0xca62c1d6, t)
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}

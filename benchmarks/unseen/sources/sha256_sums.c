/* SHA-256 on any number of blocks. Ch and Maj are sums, since their parts share no bit; the working variables turn in an array. */
#include <stddef.h>
#include <stdint.h>

static inline uint32_t ror32(uint32_t x, int n)
{
    return x << (32 - n) | x >> n;
}

static inline uint32_t load_be32(const uint8_t *p)
{
    uint32_t x = 0;
    for (int i = 0; i < 4; i++)
        x = x << 8 | p[i];
    return x;
}

static const uint32_t constants[64] = {
#include "tables/sha256_k.inc"
};

void sha256_sums(uint32_t h[8], const uint8_t *data, size_t blocks)
{
    for (; blocks--; data += 64) {
        uint32_t v[8], w[64];
        int i;
        for (i = 0; i < 8; i++)
            v[i] = h[i];
        for (i = 0; i < 64; i++) {
            if (i < 16) {
                w[i] = load_be32(data + 4 * i);
            } else {
                uint32_t p = w[i - 15], q = w[i - 2];
                w[i] = w[i - 16] + (ror32(p, 7) ^ ror32(p, 18) ^ p >> 3) + w[i - 7] + (ror32(q, 17) ^ ror32(q, 19) ^ q >> 10);
            }
            uint32_t a = v[-i & 7], b = v[(1 - i) & 7], c = v[(2 - i) & 7];
            uint32_t e = v[(4 - i) & 7], f = v[(5 - i) & 7], g = v[(6 - i) & 7];
            uint32_t t = v[(7 - i) & 7] + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) + (e & f) + (~e & g) + constants[i] + w[i];
            v[(3 - i) & 7] += t;
            v[(7 - i) & 7] = t + (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) + (a & b) + (c & (a ^ b));
        }
        for (i = 0; i < 8; i++)
            h[i] += v[i];
    }
}

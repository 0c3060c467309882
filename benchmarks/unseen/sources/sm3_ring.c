/* SM3 on any number of blocks: a window of the message expansion, and four rounds at a time that rename the registers. */
#include <stddef.h>
#include <stdint.h>

#define R(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#define PARITY(x, y, z) ((x) ^ (y) ^ (z))
#define MAJ(x, y, z) (((x) & (y)) | (((x) | (y)) & (z)))
#define CH(x, y, z) ((((y) ^ (z)) & (x)) ^ (z))

#define ROUND(a, b, c, d, e, f, g, h, F, G, i)                \
    {                                                         \
        uint32_t a12 = R(a, 12), s = a12 + e + k;             \
        s = R(s, 7);                                          \
        k = R(k, 1);                                          \
        d += F(a, b, c) + (s ^ a12) + (w[(i) & 15] ^ w[((i) + 4) & 15]); \
        h += G(e, f, g) + s + w[(i) & 15];                    \
        b = R(b, 9);                                          \
        f = R(f, 19);                                         \
        h ^= R(h, 9) ^ R(h, 17);                              \
        expand(w, i);                                         \
    }

/* Word i + 16 of the expansion in the place of word i, when word i is used no more. */
static void expand(uint32_t w[16], unsigned i)
{
    uint32_t x = w[i & 15] ^ w[(i + 7) & 15] ^ R(w[(i + 13) & 15], 15);
    w[i & 15] = x ^ R(x, 15) ^ R(x, 23) ^ R(w[(i + 3) & 15], 7) ^ w[(i + 10) & 15];
}

static void compress(uint32_t v[8], const uint8_t *p)
{
    uint32_t w[16];
    uint32_t a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7];
    uint32_t k = 0x79cc4519;
    unsigned i;

    for (i = 0; i < 16; ++i, p += 4)
        w[i] = (uint32_t)(p[0] << 24) + (uint32_t)(p[1] << 16) + (uint32_t)(p[2] << 8) + p[3];

    for (i = 0; i < 16; i += 4) {
        ROUND(a, b, c, d, e, f, g, h, PARITY, PARITY, i)
        ROUND(d, a, b, c, h, e, f, g, PARITY, PARITY, i + 1)
        ROUND(c, d, a, b, g, h, e, f, PARITY, PARITY, i + 2)
        ROUND(b, c, d, a, f, g, h, e, PARITY, PARITY, i + 3)
    }
    k = R(0x7a879d8au, 16);
    for (; i < 64; i += 4) {
        ROUND(a, b, c, d, e, f, g, h, MAJ, CH, i)
        ROUND(d, a, b, c, h, e, f, g, MAJ, CH, i + 1)
        ROUND(c, d, a, b, g, h, e, f, MAJ, CH, i + 2)
        ROUND(b, c, d, a, f, g, h, e, MAJ, CH, i + 3)
    }
    v[0] ^= a, v[1] ^= b, v[2] ^= c, v[3] ^= d;
    v[4] ^= e, v[5] ^= f, v[6] ^= g, v[7] ^= h;
}

void sm3_ring(uint32_t v[8], const uint8_t *data, size_t blocks)
{
    size_t i;
    for (i = 0; i < blocks; i++)
        compress(v, data + 64 * i);
}

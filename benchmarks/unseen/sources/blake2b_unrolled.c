/* BLAKE2b on a block that is not the last: the permutations of the message are written out, the words stay in variables. */
#include <stdint.h>

#define ROR(x, n) (((x) >> (n)) | ((x) << (64 - (n))))
#define MIX(a, b, c, d, x, y) \
    a += b + m[x];            \
    d = ROR(d ^ a, 32);       \
    c += d;                   \
    b = ROR(b ^ c, 24);       \
    a += b + m[y];            \
    d = ROR(d ^ a, 16);       \
    c += d;                   \
    b = ROR(b ^ c, 63);
#define ROUND(i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, ia, ib, ic, id, ie, if_) \
    MIX(v0, v4, v8, vc, i0, i1)                                                \
    MIX(v1, v5, v9, vd, i2, i3)                                                \
    MIX(v2, v6, va, ve, i4, i5)                                                \
    MIX(v3, v7, vb, vf, i6, i7)                                                \
    MIX(v0, v5, va, vf, i8, i9)                                                \
    MIX(v1, v6, vb, vc, ia, ib)                                                \
    MIX(v2, v7, v8, vd, ic, id)                                                \
    MIX(v3, v4, v9, ve, ie, if_)

void blake2b_unrolled(uint64_t *h, const void *block, uint64_t count)
{
    uint64_t m[16];
    uint64_t v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3], v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
    uint64_t v8 = 0x6a09e667f3bcc908, v9 = 0xbb67ae8584caa73b, va = 0x3c6ef372fe94f82b, vb = 0xa54ff53a5f1d36f1;
    uint64_t vc = 0x510e527fade682d1 ^ (uint64_t)count, vd = 0x9b05688c2b3e6c1f, ve = 0x1f83d9abfb41bd6b, vf = 0x5be0cd19137e2179;
    __builtin_memcpy(m, block, sizeof m);
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
    ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
    ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
    ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
    ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
    ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
    ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
    ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
    h[0] ^= v0 ^ v8;
    h[1] ^= v1 ^ v9;
    h[2] ^= v2 ^ va;
    h[3] ^= v3 ^ vb;
    h[4] ^= v4 ^ vc;
    h[5] ^= v5 ^ vd;
    h[6] ^= v6 ^ ve;
    h[7] ^= v7 ^ vf;
}

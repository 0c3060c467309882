/* DES with eight tables of 64 words that hold an S-box and P, the initial permutation by exchanges of bits under masks. */
#include <stdint.h>

static const uint32_t SP[8][64] = {
#include "tables/des_sp.inc"
};
static const uint8_t pc1[56] = {
#include "tables/des_pc1.inc"
};
static const uint8_t pc2[48] = {
#include "tables/des_pc2.inc"
};

#define EXCHANGE(a, b, shift, mask)            \
    do {                                       \
        uint32_t t = ((a >> shift) ^ b) & mask; \
        b ^= t;                                \
        a ^= t << shift;                       \
    } while (0)

#define ROL(x, n) (((x) << (n)) | ((x) >> (32 - (n))))

/* Six bits of each round key in a byte of their own. */
static void schedule(uint8_t subkeys[16][8], const uint8_t key[8])
{
    uint8_t bits[56], turned[56];
    int i, j, total = 0;
    for (i = 0; i < 56; i++)
        bits[i] = key[(pc1[i] - 1) / 8] >> (7 - (pc1[i] - 1) % 8) & 1;
    for (j = 0; j < 16; j++) {
        total += (0x3f7e >> (15 - j) & 1) + 1;
        for (i = 0; i < 56; i++)
            turned[i] = bits[i < 28 ? (i + total) % 28 : 28 + (i + total) % 28];
        for (i = 0; i < 8; i++)
            subkeys[j][i] = 0;
        for (i = 0; i < 48; i++)
            subkeys[j][i / 6] |= turned[pc2[i] - 1] << (5 - i % 6);
    }
}

static uint32_t round_function(uint32_t r, const uint8_t k[8])
{
    uint32_t x = ROL(r, 5), out = 0;
    for (int i = 0; i < 8; i++) {
        out ^= SP[i][(x & 63) ^ k[i]];
        x = ROL(x, 4);
    }
    return out;
}

void des_tables(const uint8_t *key, const uint8_t *in, uint8_t *out)
{
    uint8_t subkeys[16][8];
    uint32_t l, r, t;
    int i;

    schedule(subkeys, key);
    __builtin_memcpy(&l, in, 4);
    __builtin_memcpy(&r, in + 4, 4);
    l = __builtin_bswap32(l);
    r = __builtin_bswap32(r);

    EXCHANGE(l, r, 4, 0x0f0f0f0f);
    EXCHANGE(l, r, 16, 0x0000ffff);
    EXCHANGE(r, l, 2, 0x33333333);
    EXCHANGE(r, l, 8, 0x00ff00ff);
    EXCHANGE(l, r, 1, 0x55555555);
    for (i = 0; i < 16; i += 2) {
        l ^= round_function(r, subkeys[i]);
        r ^= round_function(l, subkeys[i + 1]);
    }
    t = l, l = r, r = t;
    EXCHANGE(l, r, 1, 0x55555555);
    EXCHANGE(r, l, 8, 0x00ff00ff);
    EXCHANGE(r, l, 2, 0x33333333);
    EXCHANGE(l, r, 16, 0x0000ffff);
    EXCHANGE(l, r, 4, 0x0f0f0f0f);

    l = __builtin_bswap32(l);
    r = __builtin_bswap32(r);
    __builtin_memcpy(out, &l, 4);
    __builtin_memcpy(out + 4, &r, 4);
}

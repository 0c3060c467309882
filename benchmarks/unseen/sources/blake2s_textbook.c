/* BLAKE2s: the compression function F. RFC 7693, section 3.2. */
#include <stdint.h>

static const uint32_t IV[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const uint8_t SIGMA[10][16] = {
#include "tables/blake2_sigma.inc"
};

static uint32_t rotr(uint32_t x, int n) { return (x >> n) ^ (x << (32 - n)); }

static void G(uint32_t v[16], int a, int b, int c, int d, uint32_t x, uint32_t y)
{
    v[a] = v[a] + v[b] + x;
    v[d] = rotr(v[d] ^ v[a], 16);
    v[c] = v[c] + v[d];
    v[b] = rotr(v[b] ^ v[c], 12);
    v[a] = v[a] + v[b] + y;
    v[d] = rotr(v[d] ^ v[a], 8);
    v[c] = v[c] + v[d];
    v[b] = rotr(v[b] ^ v[c], 7);
}

void blake2s_textbook(uint32_t h[8], const uint8_t block[64], uint32_t t_low, uint32_t t_high, int last)
{
    uint32_t v[16], m[16];
    int i, j;
    for (i = 0; i < 16; i++) {
        m[i] = 0;
        for (j = 0; j < 4; j++)
            m[i] |= (uint32_t)block[4 * i + j] << (8 * j);
    }
    for (i = 0; i < 8; i++) {
        v[i] = h[i];
        v[i + 8] = IV[i];
    }
    v[12] ^= t_low;
    v[13] ^= t_high;
    if (last)
        v[14] = ~v[14];
    for (i = 0; i < 10; i++) {
        const uint8_t *s = SIGMA[i % 10];
        G(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
        G(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
        G(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
        G(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
        G(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
        G(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
        G(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
        G(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (i = 0; i < 8; i++)
        h[i] ^= v[i] ^ v[i + 8];
}

/* DES, every permutation bit by bit from its table: the key schedule, then one block. FIPS 46-3. */
#include <stdint.h>

static const uint8_t IP[64] = {
    58, 50, 42, 34, 26, 18, 10,  2, 60, 52, 44, 36, 28, 20, 12,  4,
    62, 54, 46, 38, 30, 22, 14,  6, 64, 56, 48, 40, 32, 24, 16,  8,
    57, 49, 41, 33, 25, 17,  9,  1, 59, 51, 43, 35, 27, 19, 11,  3,
    61, 53, 45, 37, 29, 21, 13,  5, 63, 55, 47, 39, 31, 23, 15,  7,
};
static const uint8_t IP_inverse[64] = {
    40,  8, 48, 16, 56, 24, 64, 32, 39,  7, 47, 15, 55, 23, 63, 31,
    38,  6, 46, 14, 54, 22, 62, 30, 37,  5, 45, 13, 53, 21, 61, 29,
    36,  4, 44, 12, 52, 20, 60, 28, 35,  3, 43, 11, 51, 19, 59, 27,
    34,  2, 42, 10, 50, 18, 58, 26, 33,  1, 41,  9, 49, 17, 57, 25,
};
static const uint8_t E[48] = {
    32,  1,  2,  3,  4,  5,  4,  5,  6,  7,  8,  9,
     8,  9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
    16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25,
    24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32,  1,
};
static const uint8_t P[32] = {
    16,  7, 20, 21, 29, 12, 28, 17,  1, 15, 23, 26,  5, 18, 31, 10,
     2,  8, 24, 14, 32, 27,  3,  9, 19, 13, 30,  6, 22, 11,  4, 25,
};
static const uint8_t PC1[56] = {
#include "tables/des_pc1.inc"
};
static const uint8_t PC2[48] = {
#include "tables/des_pc2.inc"
};
static const uint8_t S[8][64] = {
#include "tables/des_s.inc"
};

/* Bit number table[i] of `width` bits, counted from 1 at the top, becomes bit i. */
static uint64_t permute(uint64_t bits, int width, const uint8_t *table, int count)
{
    uint64_t result = 0;
    for (int i = 0; i < count; i++)
        result = result << 1 | (bits >> (width - table[i]) & 1);
    return result;
}

static uint32_t f(uint32_t R, uint64_t K)
{
    uint64_t B = permute(R, 32, E, 48) ^ K;
    uint32_t out = 0;
    for (int i = 0; i < 8; i++) {
        int six = B >> (42 - 6 * i) & 63;
        int row = (six >> 4 & 2) | (six & 1), column = six >> 1 & 15;
        out = out << 4 | S[i][16 * row + column];
    }
    return (uint32_t)permute(out, 32, P, 32);
}

static void key_schedule(uint64_t K[16], uint64_t key)
{
    uint64_t CD = permute(key, 64, PC1, 56);
    uint32_t C = CD >> 28, D = CD & 0xfffffff;
    for (int n = 0; n < 16; n++) {
        int shifts = n == 0 || n == 1 || n == 8 || n == 15 ? 1 : 2;
        C = (C << shifts | C >> (28 - shifts)) & 0xfffffff;
        D = (D << shifts | D >> (28 - shifts)) & 0xfffffff;
        K[n] = permute((uint64_t)C << 28 | D, 56, PC2, 48);
    }
}

static uint64_t load(const uint8_t p[8])
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++)
        x = x << 8 | p[i];
    return x;
}

void des_textbook(const uint8_t key[8], const uint8_t in[8], uint8_t out[8])
{
    uint64_t K[16], block = permute(load(in), 64, IP, 64);
    uint32_t L = block >> 32, R = (uint32_t)block;
    key_schedule(K, load(key));
    for (int n = 0; n < 16; n++) {
        uint32_t next = L ^ f(R, K[n]);
        L = R;
        R = next;
    }
    block = permute((uint64_t)R << 32 | L, 64, IP_inverse, 64);
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(block >> (56 - 8 * i));
}

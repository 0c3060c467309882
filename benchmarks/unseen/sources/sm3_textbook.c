/* SM3 on one block: all of W and W' first, then the rounds. GB/T 32905-2016, section 5.3. */
#include <stdint.h>

static uint32_t rol(uint32_t x, unsigned n)
{
    n &= 31;
    return n ? x << n | x >> (32 - n) : x;
}

static uint32_t P0(uint32_t x) { return x ^ rol(x, 9) ^ rol(x, 17); }
static uint32_t P1(uint32_t x) { return x ^ rol(x, 15) ^ rol(x, 23); }

static uint32_t FF(int j, uint32_t x, uint32_t y, uint32_t z)
{
    return j < 16 ? x ^ y ^ z : (x & y) | (x & z) | (y & z);
}

static uint32_t GG(int j, uint32_t x, uint32_t y, uint32_t z)
{
    return j < 16 ? x ^ y ^ z : (x & y) | (~x & z);
}

void sm3_textbook(uint32_t V[8], const uint8_t B[64])
{
    uint32_t W[68], W1[64];
    int j;
    for (j = 0; j < 16; j++)
        W[j] = (uint32_t)B[4 * j] << 24 | (uint32_t)B[4 * j + 1] << 16 | (uint32_t)B[4 * j + 2] << 8 | (uint32_t)B[4 * j + 3];
    for (j = 16; j < 68; j++)
        W[j] = P1(W[j - 16] ^ W[j - 9] ^ rol(W[j - 3], 15)) ^ rol(W[j - 13], 7) ^ W[j - 6];
    for (j = 0; j < 64; j++)
        W1[j] = W[j] ^ W[j + 4];

    uint32_t A = V[0], B1 = V[1], C = V[2], D = V[3], E = V[4], F = V[5], G = V[6], H = V[7];
    for (j = 0; j < 64; j++) {
        uint32_t T = j < 16 ? 0x79cc4519 : 0x7a879d8a;
        uint32_t SS1 = rol(rol(A, 12) + E + rol(T, j), 7);
        uint32_t SS2 = SS1 ^ rol(A, 12);
        uint32_t TT1 = FF(j, A, B1, C) + D + SS2 + W1[j];
        uint32_t TT2 = GG(j, E, F, G) + H + SS1 + W[j];
        D = C;
        C = rol(B1, 9);
        B1 = A;
        A = TT1;
        H = G;
        G = rol(F, 19);
        F = E;
        E = P0(TT2);
    }
    V[0] ^= A;
    V[1] ^= B1;
    V[2] ^= C;
    V[3] ^= D;
    V[4] ^= E;
    V[5] ^= F;
    V[6] ^= G;
    V[7] ^= H;
}

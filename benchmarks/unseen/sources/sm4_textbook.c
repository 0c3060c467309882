/* SM4: expand the key, then encrypt one block. GB/T 32907-2016, sections 6 and 7. */
#include <stdint.h>

#define F(s) s
static const uint8_t Sbox[256] = {
#include "tables/sm4_sbox.inc"
};

static const uint32_t FK[4] = {0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc};

static uint32_t rotl(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

static uint32_t tau(uint32_t a)
{
    uint32_t b = 0;
    for (int i = 24; i >= 0; i -= 8)
        b |= (uint32_t)Sbox[(a >> i) & 0xff] << i;
    return b;
}

static uint32_t T(uint32_t x)
{
    uint32_t b = tau(x);
    return b ^ rotl(b, 2) ^ rotl(b, 10) ^ rotl(b, 18) ^ rotl(b, 24);
}

static uint32_t T_prime(uint32_t x)
{
    uint32_t b = tau(x);
    return b ^ rotl(b, 13) ^ rotl(b, 23);
}

static uint32_t CK(int i)
{
    uint32_t word = 0;
    for (int j = 0; j < 4; j++)
        word = word << 8 | ((4 * i + j) * 7 & 0xff);
    return word;
}

static uint32_t load(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void sm4_textbook(const uint8_t MK[16], const uint8_t in[16], uint8_t out[16])
{
    uint32_t K[36], X[36];
    for (int i = 0; i < 4; i++) {
        K[i] = load(MK + 4 * i) ^ FK[i];
        X[i] = load(in + 4 * i);
    }
    for (int i = 0; i < 32; i++)
        K[i + 4] = K[i] ^ T_prime(K[i + 1] ^ K[i + 2] ^ K[i + 3] ^ CK(i));
    for (int i = 0; i < 32; i++)
        X[i + 4] = X[i] ^ T(X[i + 1] ^ X[i + 2] ^ X[i + 3] ^ K[i + 4]);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            out[4 * i + j] = (uint8_t)(X[35 - i] >> (24 - 8 * j));
}

/* SM4 with tables of 256 words: the S-box and L together, rotated for each byte; four rounds at a time on four words. */
#include <stdint.h>

/* S-box entries s at the top of a word: s times L, and s times L'. */
#define TURN(x, n) ((uint32_t)(x) << (n) | (uint32_t)(x) >> (32 - (n)))
#define TOP(s) ((uint32_t)(s) << 24)

static const uint32_t L0[256] = {
#define F(s) TOP(s) ^ TURN(TOP(s), 2) ^ TURN(TOP(s), 10) ^ TURN(TOP(s), 18) ^ TURN(TOP(s), 24)
#include "tables/sm4_sbox.inc"
#undef F
};
static const uint32_t K0[256] = {
#define F(s) TOP(s) ^ TURN(TOP(s), 13) ^ TURN(TOP(s), 23)
#include "tables/sm4_sbox.inc"
#undef F
};

static uint32_t from(const uint32_t *table, uint32_t x)
{
    uint32_t a = table[x >> 24], b = table[x >> 16 & 0xff], c = table[x >> 8 & 0xff], d = table[x & 0xff];
    return a ^ TURN(b, 24) ^ TURN(c, 16) ^ TURN(d, 8);
}

static uint32_t word(const uint8_t *p)
{
    uint32_t x;
    __builtin_memcpy(&x, p, 4);
    return __builtin_bswap32(x);
}

static void store(uint8_t *p, uint32_t x)
{
    x = __builtin_bswap32(x);
    __builtin_memcpy(p, &x, 4);
}

void sm4_tables(const uint8_t *key, const uint8_t *in, uint8_t *out)
{
    uint32_t a = word(key) ^ 0xa3b1bac6, b = word(key + 4) ^ 0x56aa3350, c = word(key + 8) ^ 0x677d9197, d = word(key + 12) ^ 0xb27022dc;
    uint32_t w = word(in), x = word(in + 4), y = word(in + 8), z = word(in + 12), ck = 0x00070e15;
    int i;
    for (i = 0; i < 8; i++) {
        w ^= from(L0, x ^ y ^ z ^ (a ^= from(K0, b ^ c ^ d ^ ck)));
        ck = ((ck & 0x7f7f7f7f) + 0x1c1c1c1c) ^ (ck & 0x80808080);
        x ^= from(L0, y ^ z ^ w ^ (b ^= from(K0, c ^ d ^ a ^ ck)));
        ck = ((ck & 0x7f7f7f7f) + 0x1c1c1c1c) ^ (ck & 0x80808080);
        y ^= from(L0, z ^ w ^ x ^ (c ^= from(K0, d ^ a ^ b ^ ck)));
        ck = ((ck & 0x7f7f7f7f) + 0x1c1c1c1c) ^ (ck & 0x80808080);
        z ^= from(L0, w ^ x ^ y ^ (d ^= from(K0, a ^ b ^ c ^ ck)));
        ck = ((ck & 0x7f7f7f7f) + 0x1c1c1c1c) ^ (ck & 0x80808080);
    }
    store(out, z);
    store(out + 4, y);
    store(out + 8, x);
    store(out + 12, w);
}

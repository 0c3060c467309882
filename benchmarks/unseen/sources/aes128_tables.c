/* AES-128 with four tables of 256 words that hold SubBytes and MixColumns, the last round with the S-box. */
#include <stdint.h>

typedef uint32_t u32;

#define TWICE(s) ((((s) << 1) ^ (((s) >> 7) * 0x11b)) & 0xff)
#define THRICE(s) (TWICE(s) ^ (s))
#define BYTES(a, b, c, d) ((u32)(a) << 24 | (u32)(b) << 16 | (u32)(c) << 8 | (u32)(d))

static const u32 Te0[256] = {
#define F(s) BYTES(TWICE(s), s, s, THRICE(s))
#include "tables/aes_sbox.inc"
#undef F
};
static const u32 Te1[256] = {
#define F(s) BYTES(THRICE(s), TWICE(s), s, s)
#include "tables/aes_sbox.inc"
#undef F
};
static const u32 Te2[256] = {
#define F(s) BYTES(s, THRICE(s), TWICE(s), s)
#include "tables/aes_sbox.inc"
#undef F
};
static const u32 Te3[256] = {
#define F(s) BYTES(s, s, THRICE(s), TWICE(s))
#include "tables/aes_sbox.inc"
#undef F
};
static const uint8_t Sbox[256] = {
#define F(s) s
#include "tables/aes_sbox.inc"
#undef F
};

static u32 get(const uint8_t *p) { return BYTES(p[0], p[1], p[2], p[3]); }

static void put(uint8_t *p, u32 x)
{
    p[0] = x >> 24;
    p[1] = x >> 16;
    p[2] = x >> 8;
    p[3] = x;
}

static u32 sub(u32 a, u32 b, u32 c, u32 d)
{
    return BYTES(Sbox[a >> 24], Sbox[b >> 16 & 255], Sbox[c >> 8 & 255], Sbox[d & 255]);
}

static u32 mix(u32 a, u32 b, u32 c, u32 d)
{
    return Te0[a >> 24] ^ Te1[b >> 16 & 255] ^ Te2[c >> 8 & 255] ^ Te3[d & 255];
}

static void expand(u32 rk[44], const uint8_t *key)
{
    static const uint8_t rcon[10] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36};
    int i;
    for (i = 0; i < 4; i++)
        rk[i] = get(key + 4 * i);
    for (i = 0; i < 10; i++, rk += 4) {
        u32 t = rk[3] << 8 | rk[3] >> 24;
        rk[4] = rk[0] ^ sub(t, t, t, t) ^ (u32)rcon[i] << 24;
        rk[5] = rk[1] ^ rk[4];
        rk[6] = rk[2] ^ rk[5];
        rk[7] = rk[3] ^ rk[6];
    }
}

void aes128_tables(const uint8_t *key, const uint8_t *in, uint8_t *out)
{
    u32 schedule[44], *rk = schedule, a, b, c, d, w, x, y, z;
    int r;
    expand(schedule, key);
    a = get(in) ^ rk[0];
    b = get(in + 4) ^ rk[1];
    c = get(in + 8) ^ rk[2];
    d = get(in + 12) ^ rk[3];
    for (r = 1; r < 10; r++) {
        rk += 4;
        w = mix(a, b, c, d) ^ rk[0];
        x = mix(b, c, d, a) ^ rk[1];
        y = mix(c, d, a, b) ^ rk[2];
        z = mix(d, a, b, c) ^ rk[3];
        a = w, b = x, c = y, d = z;
    }
    put(out, sub(a, b, c, d) ^ rk[4]);
    put(out + 4, sub(b, c, d, a) ^ rk[5]);
    put(out + 8, sub(c, d, a, b) ^ rk[6]);
    put(out + 12, sub(d, a, b, c) ^ rk[7]);
}

/* Keccak-f[1600] with the lanes in variables, six of them complemented so that most of chi needs no NOT. */
#include <stdint.h>

static const uint64_t iota[24] = {
#include "tables/keccak_rc.inc"
};

static inline uint64_t rol(uint64_t x, unsigned n)
{
    return n ? x << n | x >> (64 - n) : x;
}

void keccak_lanes(uint64_t s[25])
{
    uint64_t a0 = s[0], a1 = ~s[1], a2 = ~s[2], a3 = s[3], a4 = s[4];
    uint64_t a5 = s[5], a6 = s[6], a7 = s[7], a8 = ~s[8], a9 = s[9];
    uint64_t a10 = s[10], a11 = s[11], a12 = ~s[12], a13 = s[13], a14 = s[14];
    uint64_t a15 = s[15], a16 = s[16], a17 = ~s[17], a18 = s[18], a19 = s[19];
    uint64_t a20 = ~s[20], a21 = s[21], a22 = s[22], a23 = s[23], a24 = s[24];

    for (int round = 0; round < 24; round++) {
        uint64_t c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
        uint64_t c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
        uint64_t c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
        uint64_t c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
        uint64_t c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
        uint64_t d0 = c4 ^ rol(c1, 1);
        uint64_t d1 = c0 ^ rol(c2, 1);
        uint64_t d2 = c1 ^ rol(c3, 1);
        uint64_t d3 = c2 ^ rol(c4, 1);
        uint64_t d4 = c3 ^ rol(c0, 1);
        uint64_t b0 = rol(a0 ^ d0, 0);
        uint64_t b1 = rol(a6 ^ d1, 44);
        uint64_t b2 = rol(a12 ^ d2, 43);
        uint64_t b3 = rol(a18 ^ d3, 21);
        uint64_t b4 = rol(a24 ^ d4, 14);
        uint64_t b5 = rol(a3 ^ d3, 28);
        uint64_t b6 = rol(a9 ^ d4, 20);
        uint64_t b7 = rol(a10 ^ d0, 3);
        uint64_t b8 = rol(a16 ^ d1, 45);
        uint64_t b9 = rol(a22 ^ d2, 61);
        uint64_t b10 = rol(a1 ^ d1, 1);
        uint64_t b11 = rol(a7 ^ d2, 6);
        uint64_t b12 = rol(a13 ^ d3, 25);
        uint64_t b13 = rol(a19 ^ d4, 8);
        uint64_t b14 = rol(a20 ^ d0, 18);
        uint64_t b15 = rol(a4 ^ d4, 27);
        uint64_t b16 = rol(a5 ^ d0, 36);
        uint64_t b17 = rol(a11 ^ d1, 10);
        uint64_t b18 = rol(a17 ^ d2, 15);
        uint64_t b19 = rol(a23 ^ d3, 56);
        uint64_t b20 = rol(a2 ^ d2, 62);
        uint64_t b21 = rol(a8 ^ d3, 55);
        uint64_t b22 = rol(a14 ^ d4, 39);
        uint64_t b23 = rol(a15 ^ d0, 41);
        uint64_t b24 = rol(a21 ^ d1, 2);
        a0 = b0 ^ (b1 | b2);
        a1 = ~(b1 ^ (b2 & ~b3));
        a2 = b2 ^ (b3 & b4);
        a3 = b3 ^ (b4 | b0);
        a4 = b4 ^ (b0 & b1);
        a5 = b5 ^ (b6 | b7);
        a6 = b6 ^ (b7 & b8);
        a7 = b7 ^ (b8 | ~b9);
        a8 = b8 ^ (b9 | b5);
        a9 = b9 ^ (b5 & b6);
        a10 = b10 ^ (b11 | b12);
        a11 = b11 ^ (b12 & b13);
        a12 = ~(b12 ^ (b13 | ~b14));
        a13 = ~(b13 ^ (b14 | b10));
        a14 = b14 ^ (b10 & b11);
        a15 = b15 ^ (b16 & b17);
        a16 = b16 ^ (b17 | b18);
        a17 = ~(b17 ^ (b18 & ~b19));
        a18 = ~(b18 ^ (b19 & b15));
        a19 = b19 ^ (b15 | b16);
        a20 = ~(b20 ^ (b21 | ~b22));
        a21 = ~(b21 ^ (b22 | b23));
        a22 = b22 ^ (b23 & b24);
        a23 = b23 ^ (b24 | b20);
        a24 = b24 ^ (b20 & b21);
        a0 ^= iota[round];
    }

    s[0] = a0; s[1] = ~a1; s[2] = ~a2; s[3] = a3; s[4] = a4;
    s[5] = a5; s[6] = a6; s[7] = a7; s[8] = ~a8; s[9] = a9;
    s[10] = a10; s[11] = a11; s[12] = ~a12; s[13] = a13; s[14] = a14;
    s[15] = a15; s[16] = a16; s[17] = ~a17; s[18] = a18; s[19] = a19;
    s[20] = ~a20; s[21] = a21; s[22] = a22; s[23] = a23; s[24] = a24;
}

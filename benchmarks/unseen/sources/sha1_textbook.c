/* SHA-1 on one block. FIPS 180-4, section 6.1.2. */
#include <stdint.h>

static uint32_t rotl(uint32_t x, unsigned n) { return (x << n) | (x >> (32 - n)); }

void sha1_textbook(uint32_t H[5], const uint8_t M[64])
{
    uint32_t W[80];
    uint32_t a = H[0], b = H[1], c = H[2], d = H[3], e = H[4];

    for (int t = 0; t < 80; t++) {
        if (t < 16)
            W[t] = ((uint32_t)M[t * 4] << 24) | ((uint32_t)M[t * 4 + 1] << 16) | ((uint32_t)M[t * 4 + 2] << 8) | M[t * 4 + 3];
        else
            W[t] = rotl(W[t - 3] ^ W[t - 8] ^ W[t - 14] ^ W[t - 16], 1);
    }
    for (int t = 0; t < 80; t++) {
        uint32_t f, k;
        if (t < 20) {
            f = (b & c) | (~b & d);
            k = 0x5a827999;
        } else if (t < 40) {
            f = b ^ c ^ d;
            k = 0x6ed9eba1;
        } else if (t < 60) {
            f = (b & c) | (b & d) | (c & d);
            k = 0x8f1bbcdc;
        } else {
            f = b ^ c ^ d;
            k = 0xca62c1d6;
        }
        uint32_t T = rotl(a, 5) + f + e + k + W[t];
        e = d;
        d = c;
        c = rotl(b, 30);
        b = a;
        a = T;
    }
    H[0] += a;
    H[1] += b;
    H[2] += c;
    H[3] += d;
    H[4] += e;
}

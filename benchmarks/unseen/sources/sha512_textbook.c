/* SHA-512 on one block, in the words of FIPS 180-4, section 6.4.2. */
#include <stdint.h>

#define ROTR(n, x) (((x) >> (n)) | ((x) << (64 - (n))))
#define SHR(n, x) ((x) >> (n))

static const uint64_t K[80] = {
#include "tables/sha512_k.inc"
};

static uint64_t ch(uint64_t x, uint64_t y, uint64_t z) { return (x & y) ^ (~x & z); }
static uint64_t maj(uint64_t x, uint64_t y, uint64_t z) { return (x & y) ^ (x & z) ^ (y & z); }

void sha512_textbook(uint64_t H[8], const uint8_t block[128])
{
    uint64_t W[80], a, b, c, d, e, f, g, h, T1, T2;
    int t, i;

    for (t = 0; t < 16; t++) {
        W[t] = 0;
        for (i = 0; i < 8; i++)
            W[t] |= (uint64_t)block[8 * t + i] << (56 - 8 * i);
    }
    for (t = 16; t < 80; t++)
        W[t] = (ROTR(19, W[t - 2]) ^ ROTR(61, W[t - 2]) ^ SHR(6, W[t - 2])) + W[t - 7]
             + (ROTR(1, W[t - 15]) ^ ROTR(8, W[t - 15]) ^ SHR(7, W[t - 15])) + W[t - 16];

    a = H[0]; b = H[1]; c = H[2]; d = H[3]; e = H[4]; f = H[5]; g = H[6]; h = H[7];
    for (t = 0; t < 80; t++) {
        T1 = h + (ROTR(14, e) ^ ROTR(18, e) ^ ROTR(41, e)) + ch(e, f, g) + K[t] + W[t];
        T2 = (ROTR(28, a) ^ ROTR(34, a) ^ ROTR(39, a)) + maj(a, b, c);
        h = g; g = f; f = e; e = d + T1; d = c; c = b; b = a; a = T1 + T2;
    }
    H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
}

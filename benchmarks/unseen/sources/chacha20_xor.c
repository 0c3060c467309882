/* ChaCha20 on one block of data, in place, everything in local variables. RFC 8439, section 2.4. */
#include <stdint.h>

static inline uint32_t add_xor_rotate(uint32_t *sum, uint32_t addend, uint32_t mixed, unsigned n)
{
    uint32_t x = mixed ^ (*sum += addend);
    return x << n | x >> (32 - n);
}

#define QUARTER(a, b, c, d)               \
    d = add_xor_rotate(&a, b, d, 16);     \
    b = add_xor_rotate(&c, d, b, 12);     \
    d = add_xor_rotate(&a, b, d, 8);      \
    b = add_xor_rotate(&c, d, b, 7)

void chacha20_xor(uint8_t data[64], const uint32_t key[8], const uint32_t counter_and_nonce[4])
{
    const uint32_t *k = key, *n = counter_and_nonce;
    uint32_t x0 = 0x61707865, x1 = 0x3320646e, x2 = 0x79622d32, x3 = 0x6b206574;
    uint32_t x4 = k[0], x5 = k[1], x6 = k[2], x7 = k[3], x8 = k[4], x9 = k[5], xa = k[6], xb = k[7];
    uint32_t xc = n[0], xd = n[1], xe = n[2], xf = n[3];

    for (int rounds = 20; rounds; rounds -= 2) {
        QUARTER(x0, x4, x8, xc);
        QUARTER(x1, x5, x9, xd);
        QUARTER(x2, x6, xa, xe);
        QUARTER(x3, x7, xb, xf);
        QUARTER(x0, x5, xa, xf);
        QUARTER(x1, x6, xb, xc);
        QUARTER(x2, x7, x8, xd);
        QUARTER(x3, x4, x9, xe);
    }

    uint32_t words[16] = {
        x0 + 0x61707865, x1 + 0x3320646e, x2 + 0x79622d32, x3 + 0x6b206574,
        x4 + k[0], x5 + k[1], x6 + k[2], x7 + k[3], x8 + k[4], x9 + k[5], xa + k[6], xb + k[7],
        xc + n[0], xd + n[1], xe + n[2], xf + n[3],
    };
    const uint8_t *stream = (const uint8_t *)words;
    for (int i = 0; i < 64; i++)
        data[i] ^= stream[i];
}

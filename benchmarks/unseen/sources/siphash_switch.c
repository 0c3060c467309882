/* SipHash-2-4 by words as they lie in memory, the last bytes by a switch that falls through; the key is two words. */
#include <stddef.h>
#include <stdint.h>

#define ROTL(x, b) (uint64_t)(((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND                                                                  \
    do {                                                                       \
        a += b; b = ROTL(b, 13) ^ a; a = ROTL(a, 32);                          \
        c += d; d = ROTL(d, 16) ^ c;                                           \
        a += d; d = ROTL(d, 21) ^ a;                                           \
        c += b; b = ROTL(b, 17) ^ c; c = ROTL(c, 32);                          \
    } while (0)

uint64_t siphash_switch(const uint64_t key[2], const void *data, size_t n)
{
    const uint8_t *p = data;
    uint64_t a = 0x736f6d6570736575 ^ key[0], b = 0x646f72616e646f6d ^ key[1];
    uint64_t c = 0x6c7967656e657261 ^ key[0], d = 0x7465646279746573 ^ key[1];
    uint64_t m, last = (uint64_t)n << 56;

    for (; n >= 8; n -= 8, p += 8) {
        __builtin_memcpy(&m, p, 8);
        d ^= m;
        ROUND;
        ROUND;
        a ^= m;
    }
    switch (n) {
    case 7: last |= (uint64_t)p[6] << 48; /* fall through */
    case 6: last |= (uint64_t)p[5] << 40; /* fall through */
    case 5: last |= (uint64_t)p[4] << 32; /* fall through */
    case 4: last |= (uint64_t)p[3] << 24; /* fall through */
    case 3: last |= (uint64_t)p[2] << 16; /* fall through */
    case 2: last |= (uint64_t)p[1] << 8; /* fall through */
    case 1: last |= (uint64_t)p[0];
    }
    d ^= last;
    ROUND;
    ROUND;
    a ^= last;
    c ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    ROUND;
    return a ^ b ^ c ^ d;
}

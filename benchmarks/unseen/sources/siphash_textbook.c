/* SipHash-2-4 of a message of any length. Aumasson, Bernstein: SipHash, a fast short-input PRF (2012), section 2. */
#include <stddef.h>
#include <stdint.h>

static uint64_t rotl(uint64_t x, int n) { return x << n | x >> (64 - n); }

static uint64_t word(const uint8_t *p, size_t count)
{
    uint64_t x = 0;
    for (size_t i = 0; i < count; i++)
        x |= (uint64_t)p[i] << (8 * i);
    return x;
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotl(v[1], 13);
    v[3] = rotl(v[3], 16);
    v[1] ^= v[0];
    v[3] ^= v[2];
    v[0] = rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotl(v[1], 17);
    v[3] = rotl(v[3], 21);
    v[1] ^= v[2];
    v[3] ^= v[0];
    v[2] = rotl(v[2], 32);
}

static void compress(uint64_t v[4], uint64_t m)
{
    v[3] ^= m;
    sip_round(v);
    sip_round(v);
    v[0] ^= m;
}

uint64_t siphash_textbook(const uint8_t key[16], const uint8_t *message, size_t size)
{
    uint64_t k0 = word(key, 8), k1 = word(key + 8, 8);
    uint64_t v[4] = {
        k0 ^ 0x736f6d6570736575,
        k1 ^ 0x646f72616e646f6d,
        k0 ^ 0x6c7967656e657261,
        k1 ^ 0x7465646279746573,
    };
    size_t whole = size - size % 8;
    for (size_t i = 0; i < whole; i += 8)
        compress(v, word(message + i, 8));
    compress(v, word(message + whole, size % 8) | (uint64_t)size << 56);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Keccak-f[1600] without tables: rho and pi follow one lane after the other, the round constants come from the shift register. */
#include <stdint.h>

static int lfsr_bit(uint8_t *lfsr)
{
    int bit = *lfsr & 1;
    *lfsr = (uint8_t)(*lfsr & 0x80 ? *lfsr << 1 ^ 0x71 : *lfsr << 1);
    return bit;
}

#define ROL64(a, n) (((a) << (n)) ^ ((a) >> (64 - (n))))

void keccak_lfsr(uint64_t *s)
{
    uint8_t lfsr = 1;
    for (unsigned round = 0; round < 24; round++) {
        uint64_t c[5], d;
        unsigned x, y, t;

        for (x = 0; x < 5; x++)
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
        for (x = 0; x < 5; x++) {
            d = c[(x + 4) % 5] ^ ROL64(c[(x + 1) % 5], 1);
            for (y = 0; y < 25; y += 5)
                s[x + y] ^= d;
        }

        uint64_t current = s[1];
        x = 1, y = 0;
        for (t = 0; t < 24; t++) {
            unsigned amount = (t + 1) * (t + 2) / 2 % 64, next = (2 * x + 3 * y) % 5;
            x = y, y = next;
            uint64_t replaced = s[x + 5 * y];
            s[x + 5 * y] = ROL64(current, amount);
            current = replaced;
        }

        for (y = 0; y < 25; y += 5) {
            for (x = 0; x < 5; x++)
                c[x] = s[x + y];
            for (x = 0; x < 5; x++)
                s[x + y] = c[x] ^ (c[(x + 2) % 5] & ~c[(x + 1) % 5]);
        }

        for (t = 0; t < 7; t++)
            if (lfsr_bit(&lfsr))
                s[0] ^= 1ull << ((1u << t) - 1);
    }
}

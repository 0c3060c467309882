/* SHA-512 on any number of blocks, a schedule of sixteen words, the working variables in an array that is shifted. */
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;

static const u64 table[] = {
#include "tables/sha512_k.inc"
};

static u64 turn(u64 x, unsigned n) { return x >> n | x << (-n & 63); }

static u64 swapped(const unsigned char *p)
{
    u64 x;
    __builtin_memcpy(&x, p, sizeof x);
    return __builtin_bswap64(x);
}

void sha512_ring(u64 *state, const unsigned char *p, size_t n)
{
    while (n > 0) {
        u64 s[8], w[16];
        __builtin_memcpy(s, state, sizeof s);
        for (unsigned t = 0; t < 80; t++) {
            if (t < 16)
                w[t] = swapped(p + 8 * t);
            else
                w[t % 16] += (turn(w[(t - 2) % 16], 19) ^ turn(w[(t - 2) % 16], 61) ^ w[(t - 2) % 16] >> 6) + w[(t - 7) % 16]
                           + (turn(w[(t - 15) % 16], 1) ^ turn(w[(t - 15) % 16], 8) ^ w[(t - 15) % 16] >> 7);
            u64 t1 = table[t] + w[t % 16] + s[7] + (s[6] ^ (s[4] & (s[5] ^ s[6])))
                   + turn(s[4] ^ turn(s[4] ^ turn(s[4], 23), 4), 14);
            u64 t2 = ((s[0] & s[1]) ^ (s[2] & (s[0] ^ s[1]))) + turn(s[0] ^ turn(s[0] ^ turn(s[0], 5), 6), 28);
            for (int i = 7; i > 0; i--)
                s[i] = s[i - 1];
            s[4] += t1;
            s[0] = t1 + t2;
        }
        for (int i = 0; i < 8; i++)
            state[i] += s[i];
        p += 128;
        n--;
    }
}

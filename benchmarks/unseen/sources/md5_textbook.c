/* MD5 on one block: one loop of 64 steps, tables of T and of the rotation amounts. RFC 1321, section 3.4. */
#include <stdint.h>

static const uint32_t T[64] = {
#include "tables/md5_t.inc"
};

static const uint8_t S[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

void md5_textbook(uint32_t state[4], const uint8_t block[64])
{
    uint32_t X[16], A = state[0], B = state[1], C = state[2], D = state[3];

    for (int i = 0; i < 16; i++)
        X[i] = block[4 * i] | (uint32_t)block[4 * i + 1] << 8 | (uint32_t)block[4 * i + 2] << 16 | (uint32_t)block[4 * i + 3] << 24;

    for (int i = 0; i < 64; i++) {
        uint32_t f;
        int k;
        switch (i / 16) {
        case 0:
            f = (B & C) | (~B & D);
            k = i;
            break;
        case 1:
            f = (B & D) | (C & ~D);
            k = (5 * i + 1) % 16;
            break;
        case 2:
            f = B ^ C ^ D;
            k = (3 * i + 5) % 16;
            break;
        default:
            f = C ^ (B | ~D);
            k = 7 * i % 16;
        }
        uint32_t sum = A + f + X[k] + T[i];
        int s = S[i / 16][i % 4];
        A = D;
        D = C;
        C = B;
        B += (sum << s) | (sum >> (32 - s));
    }
    state[0] += A;
    state[1] += B;
    state[2] += C;
    state[3] += D;
}

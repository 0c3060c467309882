/* ChaCha20 as four rows of four words: a diagonal round is a column round between two turns of the rows. */
#include <stdint.h>

#define ROTL(x, n) (((x) << (n)) ^ ((x) >> (32 - (n))))

static void columns(uint32_t r[4][4])
{
    int i;
    for (i = 0; i < 4; i++) { r[0][i] += r[1][i]; r[3][i] ^= r[0][i]; r[3][i] = ROTL(r[3][i], 16); }
    for (i = 0; i < 4; i++) { r[2][i] += r[3][i]; r[1][i] ^= r[2][i]; r[1][i] = ROTL(r[1][i], 12); }
    for (i = 0; i < 4; i++) { r[0][i] += r[1][i]; r[3][i] ^= r[0][i]; r[3][i] = ROTL(r[3][i], 8); }
    for (i = 0; i < 4; i++) { r[2][i] += r[3][i]; r[1][i] ^= r[2][i]; r[1][i] = ROTL(r[1][i], 7); }
}

static void turn(uint32_t row[4], int n)
{
    uint32_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = row[(i + n) % 4];
    for (int i = 0; i < 4; i++)
        row[i] = t[i];
}

/* `input` holds the constants, the key, the counter and the nonce, as words. */
void chacha20_rows(uint32_t out[16], const uint32_t input[16])
{
    uint32_t r[4][4];
    __builtin_memcpy(r, input, 64);
    for (int round = 0; round < 20; round += 2) {
        columns(r);
        turn(r[1], 1);
        turn(r[2], 2);
        turn(r[3], 3);
        columns(r);
        turn(r[1], 3);
        turn(r[2], 2);
        turn(r[3], 1);
    }
    for (int i = 0; i < 16; i++)
        out[i] = input[i] + r[i / 4][i % 4];
}

/* Keccak-f[1600] step by step on a 5 x 5 array, lane (x, y) at A[y][x]. FIPS 202, section 3.2. */
#include <stdint.h>

static const uint64_t RC[24] = {
#include "tables/keccak_rc.inc"
};

static uint64_t rot(uint64_t lane, int n)
{
    return n == 0 ? lane : (lane << n) | (lane >> (64 - n));
}

static void theta(uint64_t A[5][5])
{
    uint64_t C[5], D[5];
    for (int x = 0; x < 5; x++)
        C[x] = A[0][x] ^ A[1][x] ^ A[2][x] ^ A[3][x] ^ A[4][x];
    for (int x = 0; x < 5; x++)
        D[x] = C[(x + 4) % 5] ^ rot(C[(x + 1) % 5], 1);
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            A[y][x] ^= D[x];
}

static void rho(uint64_t A[5][5])
{
    int x = 1, y = 0;
    for (int t = 0; t < 24; t++) {
        A[y][x] = rot(A[y][x], (t + 1) * (t + 2) / 2 % 64);
        int next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
}

static void pi(uint64_t A[5][5])
{
    uint64_t B[5][5];
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            B[y][x] = A[x][(x + 3 * y) % 5];
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 5; x++)
            A[y][x] = B[y][x];
}

static void chi(uint64_t A[5][5])
{
    for (int y = 0; y < 5; y++) {
        uint64_t row[5];
        for (int x = 0; x < 5; x++)
            row[x] = A[y][x];
        for (int x = 0; x < 5; x++)
            A[y][x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

void keccak_textbook(uint64_t A[5][5])
{
    for (int round = 0; round < 24; round++) {
        theta(A);
        rho(A);
        pi(A);
        chi(A);
        A[0][0] ^= RC[round];
    }
}

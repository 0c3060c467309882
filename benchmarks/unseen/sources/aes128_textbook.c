/* AES-128: expand the key, then encrypt one block, on the state s[row][column]. FIPS 197, sections 5.1 and 5.2. */
#include <stdint.h>

#define F(s) s
static const uint8_t sbox[256] = {
#include "tables/aes_sbox.inc"
};

static uint8_t xtime(uint8_t b)
{
    return (uint8_t)(b & 0x80 ? b << 1 ^ 0x1b : b << 1);
}

static void key_expansion(uint8_t w[44][4], const uint8_t key[16])
{
    uint8_t rcon = 1;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            w[i][j] = key[4 * i + j];
    for (int i = 4; i < 44; i++) {
        uint8_t temp[4] = {w[i - 1][0], w[i - 1][1], w[i - 1][2], w[i - 1][3]};
        if (i % 4 == 0) {
            uint8_t first = temp[0];
            temp[0] = sbox[temp[1]] ^ rcon;
            temp[1] = sbox[temp[2]];
            temp[2] = sbox[temp[3]];
            temp[3] = sbox[first];
            rcon = xtime(rcon);
        }
        for (int j = 0; j < 4; j++)
            w[i][j] = w[i - 4][j] ^ temp[j];
    }
}

static void add_round_key(uint8_t s[4][4], uint8_t w[4][4])
{
    for (int c = 0; c < 4; c++)
        for (int r = 0; r < 4; r++)
            s[r][c] ^= w[c][r];
}

static void sub_bytes(uint8_t s[4][4])
{
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++)
            s[r][c] = sbox[s[r][c]];
}

static void shift_rows(uint8_t s[4][4])
{
    for (int r = 1; r < 4; r++) {
        uint8_t row[4];
        for (int c = 0; c < 4; c++)
            row[c] = s[r][(c + r) % 4];
        for (int c = 0; c < 4; c++)
            s[r][c] = row[c];
    }
}

static void mix_columns(uint8_t s[4][4])
{
    for (int c = 0; c < 4; c++) {
        uint8_t a = s[0][c], b = s[1][c], d = s[2][c], e = s[3][c];
        s[0][c] = xtime(a) ^ xtime(b) ^ b ^ d ^ e;
        s[1][c] = a ^ xtime(b) ^ xtime(d) ^ d ^ e;
        s[2][c] = a ^ b ^ xtime(d) ^ xtime(e) ^ e;
        s[3][c] = xtime(a) ^ a ^ b ^ d ^ xtime(e);
    }
}

void aes128_textbook(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    uint8_t w[44][4], s[4][4];
    key_expansion(w, key);
    for (int i = 0; i < 16; i++)
        s[i % 4][i / 4] = in[i];
    add_round_key(s, w);
    for (int round = 1; round < 10; round++) {
        sub_bytes(s);
        shift_rows(s);
        mix_columns(s);
        add_round_key(s, w + 4 * round);
    }
    sub_bytes(s);
    shift_rows(s);
    add_round_key(s, w + 40);
    for (int i = 0; i < 16; i++)
        out[i] = s[i % 4][i / 4];
}

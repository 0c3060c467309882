// SPDX-License-Identifier: Apache-2.0
//
// void sha512_block_crypto(uint64_t state[8], const uint8_t *data, size_t blocks);
//
// SHA-512 over whole 128-byte blocks, blocks >= 1, with the SHA-512 instructions (Armv8.2-A,
// FEAT_SHA512). Fully unrolled: 40 pairs of rounds. No stack, no callee-saved register.
//
//   x0  state              v0-v3     (a,b) (c,d) (e,f) (g,h), the first in the low lane; the
//   x1  data, advances               roles move one register per pair of rounds
//   x2  blocks left        v4-v7     scratch
//   x3  K512               v16-v23   the last sixteen words of the message schedule
//   x4  walks over K512    v24-v27   the chaining value before this block

        .arch   armv8.2-a+crypto+sha3
        .include "function.inc"
        .include "sha512_constants.inc"

// Two rounds with the words W[t], W[t+1] in v\w.
//
// SHA512H takes (f,g), (d,e) and, with the first round in the high lane, g + K[t+1] + W[t+1] and
// h + K[t] + W[t]; it gives the T1 of both rounds. SHA512H2 adds Sigma0 and Maj, from c, a and b.
        .macro  two_rounds ab, cd, ef, gh, w
        ldr     q4, [x4], #16
        add     v4.2d, v4.2d, v\w\().2d
        ext     v4.16b, v4.16b, v4.16b, #8
        ext     v5.16b, v\ef\().16b, v\gh\().16b, #8    // (f,g)
        ext     v6.16b, v\cd\().16b, v\ef\().16b, #8    // (d,e)
        add     v\gh\().2d, v\gh\().2d, v4.2d
        sha512h q\gh, q5, v6.2d
        mov     v7.16b, v\cd\().16b
        add     v\cd\().2d, v\cd\().2d, v\gh\().2d      // the new (e,f)
        sha512h2 q\gh, q7, v\ab\().2d                   // the new (a,b)
        .endm

// W[t], W[t+1] in v\w0 become W[t+16], W[t+17]; \w1 = W[t+2..], \w4 = W[t+8..], \w5 = W[t+10..],
// \w7 = W[t+14..].
        .macro  expand w0, w1, w4, w5, w7
        ext     v4.16b, v\w4\().16b, v\w5\().16b, #8    // W[t+9], W[t+10]
        sha512su0 v\w0\().2d, v\w1\().2d
        sha512su1 v\w0\().2d, v\w7\().2d, v4.2d
        .endm

        .macro  sixteen_rounds
        two_rounds 0, 1, 2, 3, 16
        two_rounds 3, 0, 1, 2, 17
        two_rounds 2, 3, 0, 1, 18
        two_rounds 1, 2, 3, 0, 19
        two_rounds 0, 1, 2, 3, 20
        two_rounds 3, 0, 1, 2, 21
        two_rounds 2, 3, 0, 1, 22
        two_rounds 1, 2, 3, 0, 23
        .endm

        .macro  sixteen_rounds_expand
        two_rounds 0, 1, 2, 3, 16
        expand  16, 17, 20, 21, 23
        two_rounds 3, 0, 1, 2, 17
        expand  17, 18, 21, 22, 16
        two_rounds 2, 3, 0, 1, 18
        expand  18, 19, 22, 23, 17
        two_rounds 1, 2, 3, 0, 19
        expand  19, 20, 23, 16, 18
        two_rounds 0, 1, 2, 3, 20
        expand  20, 21, 16, 17, 19
        two_rounds 3, 0, 1, 2, 21
        expand  21, 22, 17, 18, 20
        two_rounds 2, 3, 0, 1, 22
        expand  22, 23, 18, 19, 21
        two_rounds 1, 2, 3, 0, 23
        expand  23, 16, 19, 20, 22
        .endm

        .text
        function sha512_block_crypto
        adrp    x3, K512
        add     x3, x3, :lo12:K512
        ld1     {v0.2d-v3.2d}, [x0]

.Lblock:
        ld1     {v16.16b-v19.16b}, [x1], #64
        ld1     {v20.16b-v23.16b}, [x1], #64
        mov     x4, x3
        .irp    w, 16, 17, 18, 19, 20, 21, 22, 23
        rev64   v\w\().16b, v\w\().16b
        .endr
        mov     v24.16b, v0.16b
        mov     v25.16b, v1.16b
        mov     v26.16b, v2.16b
        mov     v27.16b, v3.16b

        .rept   4
        sixteen_rounds_expand
        .endr
        sixteen_rounds

        subs    x2, x2, #1
        add     v0.2d, v0.2d, v24.2d
        add     v1.2d, v1.2d, v25.2d
        add     v2.2d, v2.2d, v26.2d
        add     v3.2d, v3.2d, v27.2d
        b.ne    .Lblock

        st1     {v0.2d-v3.2d}, [x0]
        ret
        end_function sha512_block_crypto

        .section .note.GNU-stack, "", %progbits

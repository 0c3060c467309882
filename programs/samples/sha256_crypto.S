// SPDX-License-Identifier: Apache-2.0
//
// void sha256_block_crypto(uint32_t state[8], const uint8_t *data, size_t blocks);
//
// SHA-256 over whole 64-byte blocks, blocks >= 1, with the SHA-256 instructions.
//
//   x0  state              v0, v1    a..d and e..h, a in the lowest lane
//   x1  data, advances     v2, v3    the chaining value before this block
//   x2  blocks left        v4-v7     the last sixteen words of the message schedule
//   x3  K256, then free    v8        W[t..t+3] + K[t..t+3]
//                          v9        a..d before these four rounds
//                          v16-v31   all 64 round constants, loaded once
//
// With the constants resident, v8 and v9 are the only registers left; their low halves are the
// caller's.

        .arch   armv8-a+crypto
        .include "function.inc"
        .include "sha256_constants.inc"

// Four rounds with the words in \w.
        .macro  four_rounds w, k
        add     v8.4s, v\w\().4s, v\k\().4s
        mov     v9.16b, v0.16b
        sha256h q0, q1, v8.4s
        sha256h2 q1, q9, v8.4s
        .endm

// Four rounds with the words W[t..t+3] in \w0, which then become W[t+16..t+19].
        .macro  four_rounds_expand w0, w1, w2, w3, k
        add     v8.4s, v\w0\().4s, v\k\().4s
        sha256su0 v\w0\().4s, v\w1\().4s
        mov     v9.16b, v0.16b
        sha256h q0, q1, v8.4s
        sha256su1 v\w0\().4s, v\w2\().4s, v\w3\().4s
        sha256h2 q1, q9, v8.4s
        .endm

        .text
        function sha256_block_crypto
        stp     d8, d9, [sp, #-16]!
        adrp    x3, K256
        add     x3, x3, :lo12:K256
        ld1     {v16.4s-v19.4s}, [x3], #64
        ld1     {v20.4s-v23.4s}, [x3], #64
        ld1     {v24.4s-v27.4s}, [x3], #64
        ld1     {v28.4s-v31.4s}, [x3]
        ldp     q0, q1, [x0]

.Lblock:
        ld1     {v4.16b-v7.16b}, [x1], #64
        mov     v2.16b, v0.16b
        mov     v3.16b, v1.16b
        rev32   v4.16b, v4.16b
        rev32   v5.16b, v5.16b
        rev32   v6.16b, v6.16b
        rev32   v7.16b, v7.16b

        four_rounds_expand 4, 5, 6, 7, 16
        four_rounds_expand 5, 6, 7, 4, 17
        four_rounds_expand 6, 7, 4, 5, 18
        four_rounds_expand 7, 4, 5, 6, 19
        four_rounds_expand 4, 5, 6, 7, 20
        four_rounds_expand 5, 6, 7, 4, 21
        four_rounds_expand 6, 7, 4, 5, 22
        four_rounds_expand 7, 4, 5, 6, 23
        four_rounds_expand 4, 5, 6, 7, 24
        four_rounds_expand 5, 6, 7, 4, 25
        four_rounds_expand 6, 7, 4, 5, 26
        four_rounds_expand 7, 4, 5, 6, 27
        four_rounds 4, 28
        four_rounds 5, 29
        four_rounds 6, 30
        four_rounds 7, 31

        sub     x2, x2, #1
        add     v0.4s, v0.4s, v2.4s
        add     v1.4s, v1.4s, v3.4s
        cbnz    x2, .Lblock

        stp     q0, q1, [x0]
        ldp     d8, d9, [sp], #16
        ret
        end_function sha256_block_crypto

        .section .note.GNU-stack, "", %progbits

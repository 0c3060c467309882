// SPDX-License-Identifier: Apache-2.0
//
// WRONG ON PURPOSE. Each function has the prototype of a right one, and one mistake that has
// happened to people. None must ever be proved.

        .arch   armv8-a
        .include "sha256_scalar.inc"            // brings function.inc

// void sha256_block_wrong_rotation(uint32_t state[8], const uint8_t *data, size_t blocks);
// sha256_block_scalar with 26 for 25 in Sigma1.
        sha256_scalar_function sha256_block_wrong_rotation, s1z=26

        .text

// uint64_t abs64_wrong(int64_t x);
// Compares with -1 where 0 is right: wrong for x = -1, and for no other of the 2^64 inputs.
        function abs64_wrong
        cmn     x0, #1
        cneg    x0, x0, lt
        ret
        end_function abs64_wrong

// uint64_t max_u64_signed(uint64_t a, uint64_t b);
// GT for HI: a signed comparison of unsigned numbers.
        function max_u64_signed
        cmp     x0, x1
        csel    x0, x0, x1, gt
        ret
        end_function max_u64_signed

// void memcpy_64_short(uint8_t dst[64], const uint8_t src[64]);
// The last 16 bytes are taken one byte too early: dst[63] is not written.
        function memcpy_64_short
        ldp     q0, q1, [x1]
        ldr     q2, [x1, #32]
        ldur    q3, [x1, #47]
        stp     q0, q1, [x0]
        str     q2, [x0, #32]
        stur    q3, [x0, #47]
        ret
        end_function memcpy_64_short

// void memcpy_64_overrun(uint8_t dst[64], const uint8_t src[64]);
// One vector too many: reads and writes 16 bytes past the end. The 64 bytes are right.
        function memcpy_64_overrun
        ldp     q0, q1, [x1]
        ldp     q2, q3, [x1, #32]
        ldr     q4, [x1, #64]
        stp     q0, q1, [x0]
        stp     q2, q3, [x0, #32]
        str     q4, [x0, #64]
        ret
        end_function memcpy_64_overrun

// void memcpy_64_endless(uint8_t dst[64], const uint8_t src[64]);
// The counter is never counted down: the first 16 bytes are copied over and over.
        function memcpy_64_endless
        mov     x2, #4
0:      ldr     q0, [x1]
        str     q0, [x0]
        cbnz    x2, 0b
        ret
        end_function memcpy_64_endless

// uint64_t clobbers_x19(uint64_t a, uint64_t b);
// max_u64 with the right result; X19, which is the caller's, is lost.
        function clobbers_x19
        mov     x19, x0
        cmp     x19, x1
        csel    x0, x19, x1, hi
        ret
        end_function clobbers_x19

        .section .note.GNU-stack, "", %progbits

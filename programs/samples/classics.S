// SPDX-License-Identifier: Apache-2.0
//
// Small functions with a definition everybody knows, one idea each.

        .arch   armv8-a
        .include "function.inc"
        .text

// uint64_t popcount64(uint64_t x);
// Sums of bits in fields of 2, 4 and 8 bits; one multiplication adds the eight bytes.
        function popcount64
        lsr     x1, x0, #1
        and     x1, x1, #0x5555555555555555
        sub     x0, x0, x1
        and     x1, x0, #0x3333333333333333
        lsr     x0, x0, #2
        and     x0, x0, #0x3333333333333333
        add     x0, x0, x1
        add     x0, x0, x0, lsr #4
        and     x0, x0, #0x0f0f0f0f0f0f0f0f
        mov     x1, #0x0101010101010101
        mul     x0, x0, x1
        lsr     x0, x0, #56
        ret
        end_function popcount64

// uint64_t popcount64_simd(uint64_t x);
        function popcount64_simd
        fmov    d0, x0
        cnt     v0.8b, v0.8b
        addv    b0, v0.8b
        fmov    w0, s0
        ret
        end_function popcount64_simd

// uint64_t abs64(int64_t x);       2^63 for INT64_MIN
        function abs64
        cmp     x0, #0
        cneg    x0, x0, lt
        ret
        end_function abs64

// uint64_t max_u64(uint64_t a, uint64_t b);
        function max_u64
        cmp     x0, x1
        csel    x0, x0, x1, hi
        ret
        end_function max_u64

// int32_t max_s32(int32_t a, int32_t b);
        function max_s32
        cmp     w0, w1
        csel    w0, w0, w1, gt
        ret
        end_function max_s32

// uint64_t add_loop(uint64_t a);       a + 8 + 7 + ... + 1
        function add_loop
        mov     x1, #8
1:      add     x0, x0, x1
        subs    x1, x1, #1
        b.ne    1b
        ret
        end_function add_loop

// void memcpy_64(uint8_t dst[64], const uint8_t src[64]);
// Reads all before it writes, so the two may overlap.
        function memcpy_64
        ldp     q0, q1, [x1]
        ldp     q2, q3, [x1, #32]
        stp     q0, q1, [x0]
        stp     q2, q3, [x0, #32]
        ret
        end_function memcpy_64

// void memcpy_loop(uint8_t *dst, const uint8_t *src, size_t n);        n >= 0, no overlap
        function memcpy_loop
        cbz     x2, 2f
1:      ldrb    w3, [x1], #1
        strb    w3, [x0], #1
        subs    x2, x2, #1
        b.ne    1b
2:      ret
        end_function memcpy_loop

// uint64_t reverse_bytes64(uint64_t x);
// Swaps neighbouring bytes, then halfwords, then words; what REV does in one instruction.
        function reverse_bytes64
        lsr     x1, x0, #8
        and     x0, x0, #0x00ff00ff00ff00ff
        and     x1, x1, #0x00ff00ff00ff00ff
        orr     x0, x1, x0, lsl #8
        lsr     x1, x0, #16
        and     x0, x0, #0x0000ffff0000ffff
        and     x1, x1, #0x0000ffff0000ffff
        orr     x0, x1, x0, lsl #16
        lsr     x1, x0, #32
        orr     x0, x1, x0, lsl #32
        ret
        end_function reverse_bytes64

// uint32_t rotate_left_by_masks32(uint32_t x, uint32_t n);     by n modulo 32
// Rotates by 1, 2, 4, 8 and 16, each kept or dropped under a mask made of one bit of n: no branch,
// and no instruction that shifts by a register.
        .macro  rotate_left_if_bit bit
        sbfx    w2, w1, #\bit, #1               // all ones if the bit is set
        lsl     w3, w0, #(1 << \bit)
        orr     w3, w3, w0, lsr #(32 - (1 << \bit))
        eor     w3, w3, w0
        and     w3, w3, w2
        eor     w0, w0, w3
        .endm

        function rotate_left_by_masks32
        rotate_left_if_bit 0
        rotate_left_if_bit 1
        rotate_left_if_bit 2
        rotate_left_if_bit 3
        rotate_left_if_bit 4
        ret
        end_function rotate_left_by_masks32

        .section .note.GNU-stack, "", %progbits

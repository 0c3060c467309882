// SPDX-License-Identifier: Apache-2.0
//
// void sha512_block_scalar(uint64_t state[8], const uint8_t *data, size_t blocks);
//
// SHA-512 over whole 128-byte blocks, blocks >= 1, with general-purpose registers only.
//
//   x0-x15          the last sixteen words of the message schedule
//   x16,x17,x19-x24 a..h; the roles move one register per round
//   x25             walks over K512
//   x26-x28,x30     scratch
//   x29             frame:  #16..#95 callee-saved registers, #96 state, #104 data,
//                           #112 blocks left, #120 the address of K[64]
//
// The arguments live in the frame, because the schedule and the working variables fill the
// registers. The chaining value is read from memory and written back once per block.
//
// What is done otherwise than in the standard:
//   - ROR^x ^ ROR^y ^ ROR^z is ROR^x(v) ^ ROR^y(v ^ ROR^(z-y)(v)).
//   - Ch(e,f,g) = (e & f) | (g & ~e).
//   - Maj(a,b,c) = (a & b) | ((a | b) & c).
//   - W[t+16] is made in round t, in the register that held W[t].

        .arch   armv8-a
        .include "function.inc"
        .include "sha512_constants.inc"

        .macro  sha512_round a, b, c, d, e, f, g, h, w
        ldr     x26, [x25], #8                  // K[t]
        add     \h, \h, \w
        and     x27, \e, \f
        bic     x28, \g, \e
        add     \h, \h, x26
        orr     x27, x27, x28                   // Ch(e,f,g)
        eor     x28, \e, \e, ror #(41 - 18)
        ror     x26, \e, #14
        add     \h, \h, x27
        eor     x26, x26, x28, ror #18          // Sigma1(e)
        orr     x27, \a, \b
        and     x28, \a, \b
        add     \h, \h, x26                     // T1
        and     x27, x27, \c
        eor     x30, \a, \a, ror #(39 - 34)
        add     \d, \d, \h                      // e of the next round
        orr     x27, x27, x28                   // Maj(a,b,c)
        ror     x26, \a, #28
        add     \h, \h, x27
        eor     x26, x26, x30, ror #34          // Sigma0(a)
        add     \h, \h, x26                     // a of the next round
        .endm

// W[t] in \w0 becomes W[t+16], with \w1 = W[t+1], \w9 = W[t+9], \w14 = W[t+14].
        .macro  sha512_expand w0, w1, w9, w14
        ror     x26, \w1, #1
        ror     x27, \w14, #19
        eor     x26, x26, \w1, ror #8
        eor     x27, x27, \w14, ror #61
        add     \w0, \w0, \w9
        eor     x26, x26, \w1, lsr #7           // sigma0(W[t+1])
        eor     x27, x27, \w14, lsr #6          // sigma1(W[t+14])
        add     \w0, \w0, x26
        add     \w0, \w0, x27
        .endm

// Eight rounds with the words \w0..\w7; after them the roles are where they were before.
        .macro  sha512_eight_rounds w0, w1, w2, w3, w4, w5, w6, w7
        sha512_round x16, x17, x19, x20, x21, x22, x23, x24, \w0
        sha512_round x24, x16, x17, x19, x20, x21, x22, x23, \w1
        sha512_round x23, x24, x16, x17, x19, x20, x21, x22, \w2
        sha512_round x22, x23, x24, x16, x17, x19, x20, x21, \w3
        sha512_round x21, x22, x23, x24, x16, x17, x19, x20, \w4
        sha512_round x20, x21, x22, x23, x24, x16, x17, x19, \w5
        sha512_round x19, x20, x21, x22, x23, x24, x16, x17, \w6
        sha512_round x17, x19, x20, x21, x22, x23, x24, x16, \w7
        .endm

        .macro  sha512_round_expand a, b, c, d, e, f, g, h, w0, w1, w9, w14
        sha512_round \a, \b, \c, \d, \e, \f, \g, \h, \w0
        sha512_expand \w0, \w1, \w9, \w14
        .endm

        .macro  load_message low, high, offset
        ldp     \low, \high, [x27, #\offset]
        rev     \low, \low
        rev     \high, \high
        .endm

// Two words of the chaining value += two working variables.
        .macro  add_to_state first, second, offset
        ldp     x27, x28, [x26, #\offset]
        add     \first, \first, x27
        add     \second, \second, x28
        stp     \first, \second, [x26, #\offset]
        .endm

        .text
        function sha512_block_scalar
        stp     x29, x30, [sp, #-128]!
        mov     x29, sp
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        adrp    x25, K512
        add     x25, x25, :lo12:K512
        add     x26, x25, #(8 * 64)
        stp     x0, x1, [x29, #96]
        stp     x2, x26, [x29, #112]

.Lblock:
        ldp     x26, x27, [x29, #96]
        ldp     x16, x17, [x26]
        ldp     x19, x20, [x26, #16]
        ldp     x21, x22, [x26, #32]
        ldp     x23, x24, [x26, #48]
        load_message x0, x1, 0
        load_message x2, x3, 16
        load_message x4, x5, 32
        load_message x6, x7, 48
        load_message x8, x9, 64
        load_message x10, x11, 80
        load_message x12, x13, 96
        load_message x14, x15, 112
        add     x27, x27, #128
        str     x27, [x29, #104]

.Lrounds:                                       // t = 0..63, sixteen rounds a pass
        sha512_round_expand x16, x17, x19, x20, x21, x22, x23, x24, x0, x1, x9, x14
        sha512_round_expand x24, x16, x17, x19, x20, x21, x22, x23, x1, x2, x10, x15
        sha512_round_expand x23, x24, x16, x17, x19, x20, x21, x22, x2, x3, x11, x0
        sha512_round_expand x22, x23, x24, x16, x17, x19, x20, x21, x3, x4, x12, x1
        sha512_round_expand x21, x22, x23, x24, x16, x17, x19, x20, x4, x5, x13, x2
        sha512_round_expand x20, x21, x22, x23, x24, x16, x17, x19, x5, x6, x14, x3
        sha512_round_expand x19, x20, x21, x22, x23, x24, x16, x17, x6, x7, x15, x4
        sha512_round_expand x17, x19, x20, x21, x22, x23, x24, x16, x7, x8, x0, x5
        sha512_round_expand x16, x17, x19, x20, x21, x22, x23, x24, x8, x9, x1, x6
        sha512_round_expand x24, x16, x17, x19, x20, x21, x22, x23, x9, x10, x2, x7
        sha512_round_expand x23, x24, x16, x17, x19, x20, x21, x22, x10, x11, x3, x8
        sha512_round_expand x22, x23, x24, x16, x17, x19, x20, x21, x11, x12, x4, x9
        sha512_round_expand x21, x22, x23, x24, x16, x17, x19, x20, x12, x13, x5, x10
        sha512_round_expand x20, x21, x22, x23, x24, x16, x17, x19, x13, x14, x6, x11
        sha512_round_expand x19, x20, x21, x22, x23, x24, x16, x17, x14, x15, x7, x12
        sha512_round_expand x17, x19, x20, x21, x22, x23, x24, x16, x15, x0, x8, x13
        ldr     x26, [x29, #120]
        cmp     x25, x26
        b.lo    .Lrounds

        sha512_eight_rounds x0, x1, x2, x3, x4, x5, x6, x7
        sha512_eight_rounds x8, x9, x10, x11, x12, x13, x14, x15
        sub     x25, x25, #(8 * 80)             // back to K[0]

        ldr     x26, [x29, #96]
        add_to_state x16, x17, 0
        add_to_state x19, x20, 16
        add_to_state x21, x22, 32
        add_to_state x23, x24, 48
        ldr     x30, [x29, #112]
        subs    x30, x30, #1
        str     x30, [x29, #112]
        b.ne    .Lblock

        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #128
        ret
        end_function sha512_block_scalar

        .section .note.GNU-stack, "", %progbits

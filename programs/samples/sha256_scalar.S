// SPDX-License-Identifier: Apache-2.0
//
// void sha256_block_scalar(uint32_t state[8], const uint8_t *data, size_t blocks);
//
// SHA-256 over whole 64-byte blocks, blocks >= 1, with general-purpose registers only. The
// chaining value stays in registers over all blocks; the message schedule is a ring of sixteen
// words on the stack. sha256_scalar.inc holds the code.

        .arch   armv8-a
        .include "sha256_scalar.inc"

        sha256_scalar_function sha256_block_scalar

        .section .note.GNU-stack, "", %progbits

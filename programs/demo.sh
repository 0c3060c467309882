#!/bin/sh
# What `make demo` shows, with the installed `lnsym` in $BIN: the bundled samples, then AWS-LC's block functions.
# Run from another directory than the checkout, so that it is the installed package that is shown.
set -u
scratch=$(mktemp -d) && cd "$scratch" || exit 2
trap 'rm -r "$scratch"' EXIT
ln -s "$("$BIN/python" -c 'import programs; print(programs.sample_path("classics.o").parent)')" samples || exit 2

say() { printf '\n$ lnsym %s\n' "$*"; "$BIN/lnsym" "$@"; }

say verify samples/sha256_scalar.o sha256_block_scalar || exit
say verify samples/sha256_crypto.o sha256_block_crypto || exit
say verify samples/sha512_scalar.o sha512_block_scalar || exit
say verify samples/sha512_crypto.o sha512_block_crypto || exit
say verify samples/broken.o sha256_block_wrong_rotation max_u64_signed
[ $? -eq 1 ] || exit 3

if ! say fetch aws-lc; then
    printf '\nLeft out: the proofs of AWS-LC, which could not be fetched (see the line above).\n'
    exit 0
fi
say verify aws-lc sha512_block_data_order_hw sha512_block_data_order_nohw \
    sha256_block_data_order_hw sha256_block_data_order_nohw

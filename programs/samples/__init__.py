"""Sample programs: AArch64 assembly of our own and the relocatable objects made from it."""

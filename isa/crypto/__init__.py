"""The cryptographic extension: AES, SHA-1, SHA-2, SHA-3, SM3 and SM4."""

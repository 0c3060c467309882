/* The functions that a compiler may call where the source calls none: freestanding programs bring their own. */
#include <stddef.h>

void *memcpy(void *restrict target, const void *restrict source, size_t size)
{
    unsigned char *t = target;
    const unsigned char *s = source;
    while (size--)
        *t++ = *s++;
    return target;
}

void *memmove(void *target, const void *source, size_t size)
{
    unsigned char *t = target;
    const unsigned char *s = source;
    if (t <= s) {
        while (size--)
            *t++ = *s++;
    } else {
        while (size--)
            t[size] = s[size];
    }
    return target;
}

void *memset(void *target, int byte, size_t size)
{
    unsigned char *t = target;
    while (size--)
        *t++ = (unsigned char)byte;
    return target;
}

/* Arrays. */
#ifndef COMMON_BASE_ARRAY_H
#define COMMON_BASE_ARRAY_H

/* The number of elements of an array, which must not be a pointer. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif

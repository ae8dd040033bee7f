/* SPDX-License-Identifier: MIT */
/*
 * Segments of a URL's path: which of them all clients and servers read alike, so that it can be
 * said what is below what.
 *
 * Some servers resolve "." and ".."; some decode what is decoded already, or take a backslash for a
 * slash; some (Tomcat, .NET) first remove what follows a semicolon, or dots and spaces at the end;
 * where a proxy has decoded a question mark or number sign, the path ends there. Some bring names
 * into a normalization form of Unicode (NFKC makes ".." of U+FF0E twice, and "/" of U+FF0F), map
 * characters to the nearest ones of ASCII, or drop those that they do not know.
 */
#ifndef COMMON_ENTRA_URL_SEGMENT_H
#define COMMON_ENTRA_URL_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether all read this decoded segment alike:
 * - it has no backslash, percent sign or control character of ASCII;
 * - beyond ASCII it is UTF-8 and has letters, their marks, digits, dashes and quotation marks only;
 * - after one or more dots at its beginning comes an ASCII letter or digit, "-", "_" or "~", and
 *   without dots it does not begin with ";", "?" or "#": both with and without the spaces and the
 *   characters beyond ASCII that are in between.
 * An empty one is. A segment of a base, which the user wrote, may have percent signs with which no
 * escape begins: after which comes neither a hexadecimal digit nor "u" (%u002f) nor another one. */
bool url_segment_is_plain(const char *segment, size_t length, bool is_of_base);

#endif

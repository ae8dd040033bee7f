/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/columns.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "common/base/environment.h"
#include "common/base/utf8.h"

#define COLUMNS_MAX 9999

size_t columns_of_terminal(int fd)
{
    struct winsize size = { 0 };
    if (isatty(fd) != 1)
        return 0;
    const char *given = environment("COLUMNS");
    char *end = NULL;
    unsigned long columns = given != NULL ? strtoul(given, &end, 10) : 0;
    if (columns > 0 && columns <= COLUMNS_MAX && *end == '\0')
        return columns;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* wcwidth knows nothing beyond ASCII in the locale C, which is that of a program that does not ask
 * for another. Looking one up costs, so it is made when it is first needed, and kept. */
static locale_t utf8_locale(void)
{
    static locale_t locale;
    if (locale == (locale_t)0)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale;
}

static size_t character_columns(uint32_t character)
{
    int width = wcwidth((wchar_t)character);
    return width >= 0 ? (size_t)width : 1;
}

/* The columns of as much of the text as fits into max of them; *ret_bytes is how much that is. */
static size_t measure(const char *text, size_t length, size_t max, size_t *ret_bytes)
{
    size_t columns = 0, at = 0;
    while (at < length) {
        uint32_t character = 0;
        size_t bytes = utf8_read(text + at, length - at, &character);
        size_t width = bytes == 0 || character < 0x80 ? 1 : character_columns(character);
        if (columns + width > max)
            break;
        columns += width;
        at += bytes > 0 ? bytes : 1;
    }
    *ret_bytes = at;
    return columns;
}

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

static size_t measure_in_utf8(const char *text, size_t length, size_t max, size_t *ret_bytes)
{
    locale_t utf8 = is_ascii(text, length) ? (locale_t)0 : utf8_locale();
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
    size_t columns = measure(text, length, max, ret_bytes);
    if (utf8 != (locale_t)0)
        uselocale(before);
    return columns;
}

size_t columns_of_text(const char *text, size_t length)
{
    size_t bytes;
    return measure_in_utf8(text, length, SIZE_MAX, &bytes);
}

size_t columns_fit(const char *text, size_t columns)
{
    size_t bytes;
    measure_in_utf8(text, strlen(text), columns, &bytes);
    return bytes;
}

bool columns_have_utf8(void)
{
    locale_t users = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (users == (locale_t)0)
        return false;
    bool has_utf8 = strcmp(nl_langinfo_l(CODESET, users), "UTF-8") == 0;
    freelocale(users);
    return has_utf8;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/list/table.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/columns.h"
#include "common/base/output.h"
#include "common/base/printable.h"
#include "common/base/text.h"

#define GAP         2 /* between two columns */
#define GUID_DIGITS 8 /* of a GUID that is cut */
#define CUT         "..."

#define COLUMNS_USUAL 80 /* of a terminal that does not say */

/* The least columns that a text is cut to. */
#define COLUMN_MIN 8

void table_add(struct table *table, const char *const cells[])
{
    table->cells = reallocarray(table->cells, table->count + 1, sizeof *table->cells);
    char **row = table->cells[table->count++];
    for (size_t c = 0; c < table->columns; c++) {
        row[c] = strdup(cells[c]);
        printable_make(row[c]);
    }
}

void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        for (size_t c = 0; c < table->columns; c++)
            free(table->cells[i][c]);
    free(table->cells);
    *table = (struct table){ 0 };
}

size_t table_width(void)
{
    size_t columns = columns_of_terminal(STDOUT_FILENO);
    return columns > 0 || isatty(STDOUT_FILENO) != 1 ? columns : COLUMNS_USUAL;
}

static size_t width_of(const char *text)
{
    return columns_of_text(text, strlen(text));
}

/* ---- making it fit ---- */

/* A table as it is printed. */
struct layout {
    const struct table *table;
    size_t widths[TABLE_COLUMNS_MAX];
    bool cuts_guids;
};

/* The length of a GUID at the end of a text, which may have a word in front; 0 if there is none. */
static const char *guid_in(const char *text)
{
    size_t length = strlen(text);
    const char *guid = length >= 36 ? text + length - 36 : text;
    return text_is_guid(guid) && (guid == text || guid[-1] == ' ') ? guid : NULL;
}

/* The caller frees it. */
static char *shown_text(const struct layout *layout, const char *text)
{
    const char *guid = layout->cuts_guids ? guid_in(text) : NULL;
    return guid != NULL ? strndup(text, (size_t)(guid - text) + GUID_DIGITS) : strdup(text);
}

static size_t total_of(const struct layout *layout)
{
    size_t total = 0;
    for (size_t c = 0; c < layout->table->columns; c++)
        total += layout->widths[c] + (c > 0 ? GAP : 0);
    return total;
}

static void measure_columns(struct layout *layout)
{
    const struct table *table = layout->table;
    for (size_t c = 0; c < table->columns; c++) {
        layout->widths[c] = width_of(table->titles[c]);
        for (size_t i = 0; i < table->count; i++) {
            autofree char *text = shown_text(layout, table->cells[i][c]);
            size_t width = width_of(text);
            layout->widths[c] = width > layout->widths[c] ? width : layout->widths[c];
        }
    }
}

/* Takes from the widest column, as long as that helps. */
static void narrow(struct layout *layout, size_t width)
{
    while (total_of(layout) > width) {
        size_t widest = 0;
        for (size_t c = 1; c < layout->table->columns; c++)
            if (layout->widths[c] > layout->widths[widest])
                widest = c;
        if (layout->widths[widest] <= COLUMN_MIN)
            return;
        layout->widths[widest]--;
    }
}

static struct layout lay_out(const struct table *table, size_t width)
{
    struct layout layout = { .table = table };
    measure_columns(&layout);
    if (width == 0 || total_of(&layout) <= width)
        return layout;
    layout.cuts_guids = true;
    measure_columns(&layout);
    narrow(&layout, width);
    return layout;
}

/* ---- printing it ---- */

static void print_cell(FILE *stream, const char *text, size_t width, bool is_last)
{
    size_t columns = width_of(text);
    if (columns > width) {
        autofree char *part = strndup(text, columns_fit(text, width - strlen(CUT)));
        fprintf(stream, "%s" CUT, part);
        columns = width_of(part) + strlen(CUT);
    } else {
        fputs(text, stream);
    }
    if (!is_last)
        fprintf(stream, "%*s", (int)(width - columns) + GAP, "");
}

static void print_row(const struct layout *layout, const char *const cells[])
{
    char *line = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&line, &length);
    for (size_t c = 0; c < layout->table->columns; c++) {
        autofree char *text = shown_text(layout, cells[c]);
        print_cell(stream, text, layout->widths[c], c + 1 == layout->table->columns);
    }
    fclose(stream);
    output_line("%s", line);
    free(line);
}

void table_print(const struct table *table, size_t width)
{
    const struct layout layout = lay_out(table, width);
    print_row(&layout, table->titles);
    for (size_t i = 0; i < table->count; i++)
        print_row(&layout, (const char *const *)table->cells[i]);
}

/* SPDX-License-Identifier: MIT */
/*
 * A table for people, which fits into the width of the terminal: columns are made narrower until it
 * does, and never is a line broken.
 *
 *     struct table table = { .columns = 3, .titles = { "ACCOUNT", "FOR", "EXPIRES" } };
 *     table_add(&table, (const char *[]){ "ada@contoso.com", "AKS", "in 47 min" });
 *     table_print(&table, table_width());
 */
#ifndef HELPERS_ENTRA_LIST_TABLE_H
#define HELPERS_ENTRA_LIST_TABLE_H

#include <stddef.h>

#include "common/base/cleanup.h"

#define TABLE_COLUMNS_MAX 6

struct table {
    size_t columns;
    const char *titles[TABLE_COLUMNS_MAX];
    char *(*cells)[TABLE_COLUMNS_MAX]; /* owned */
    size_t count;
};

/* Adds a row. The texts, of which none may be NULL, are copied and made printable. */
void table_add(struct table *table, const char *const cells[]);

/* The columns of the terminal that stdout is; 0 if it is none: a table then has its whole width. */
size_t table_width(void);

/* Prints titles and rows on stdout, within so many columns (0: any number). If that is too few,
 * GUIDs are cut to their first eight digits, and then the widest column's texts to what fits, with
 * "..." at the end. */
void table_print(const struct table *table, size_t width);

void table_clear(struct table *table);
#define auto_table CLEANUP(table_clear)

#endif

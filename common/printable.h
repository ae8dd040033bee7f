/*
 * Text from outside, made fit for a terminal.
 */
#ifndef COMMON_PRINTABLE_H
#define COMMON_PRINTABLE_H

/* Puts '?' in the place of every control character: C0, DEL, and C1 in its UTF-8 form. They can
 * move a terminal's cursor, set its title or hide text; a line break could forge a second message.
 */
void printable_make(char *text);

#endif

/* SPDX-License-Identifier: MIT */
/* The floor of every program: a process that does nothing. */
int main(void)
{
    return 0;
}

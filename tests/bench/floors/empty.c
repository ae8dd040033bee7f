/* The floor of every program: a process that does nothing. */
int main(void)
{
    return 0;
}

/* A plugin that calls a function which the program has too. */
const char *answer(void);
const char *ask(void);

const char *answer(void)
{
    return "plugin";
}

const char *ask(void)
{
    return answer();
}

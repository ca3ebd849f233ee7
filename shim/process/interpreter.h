/*
 * Which of the arguments of an interpreter is the script that it runs. Pure functions over text: no file is looked at.
 */
#ifndef TLSWARD_INTERPRETER_H
#define TLSWARD_INTERPRETER_H

#include <stdbool.h>

enum interpreter {
    INTERPRETER_NONE,
    INTERPRETER_PYTHON,
    INTERPRETER_PERL,
    INTERPRETER_RUBY,
    INTERPRETER_PHP,
    INTERPRETER_NODE,
    INTERPRETER_SHELL
};

/*
 * By the name of its file or of its first argument, with or without a path, a version ("python3.11") or the dash of a
 * login shell. Calls no function.
 */
enum interpreter interpreter_of(const char *path);

enum script_kind {
    SCRIPT_UNKNOWN, /* there are options of which nobody knows whether the next argument belongs to them */
    SCRIPT_FILE,    /* `text` is its path as it was written */
    SCRIPT_MODULE,  /* `text` is its name: python -m */
    SCRIPT_COMMAND, /* given as an argument; `text` is the option, "-c", "-e" or "-r" */
    SCRIPT_INPUT    /* read from the standard input; `text` is "-" */
};

struct script_argument {
    enum script_kind kind;
    const char *text; /* one of the arguments, a part of one, or constant */
};

/* The arguments are those of execve(2), that of index 0 included. */
struct script_argument interpreter_script(enum interpreter interpreter, int count, char *const *arguments);

#endif

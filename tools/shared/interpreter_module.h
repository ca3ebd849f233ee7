/*
 * Interpreters link no TLS library: a module of the language does.
 */
#ifndef TLSWARD_INTERPRETER_MODULE_H
#define TLSWARD_INTERPRETER_MODULE_H

/*
 * The module through which scripts of this interpreter do TLS, as far as it is where distributions have it, or NULL;
 * the caller frees it. `root` is the directory that the program's paths begin in, or "".
 */
char *interpreter_module_find(const char *root, const char *program);

#endif

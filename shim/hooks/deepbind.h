/*
 * Objects opened with RTLD_DEEPBIND, as PHP opens its extensions: they look into themselves and their dependencies
 * before they look at a preloaded library. If their libssl was loaded before, its own calls still cross us. If it comes
 * in with them, nothing does, and only taking the flag away (deepbind = strip) would help; then an event says so.
 */
#ifndef TLSWARD_DEEPBIND_H
#define TLSWARD_DEEPBIND_H

/* The flags of a dlopen(3) as they should reach the loader. */
int deepbind_flags(const char *path, int flags);

/*
 * Reports the last deep-bound object, if a libssl came in with it. Called at the next look-up, because the call that
 * opens it cannot be looked at afterwards: it leaves by a jump.
 */
void deepbind_look_back(void);

#endif

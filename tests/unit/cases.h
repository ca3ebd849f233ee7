/*
 * What every program of unit tests ends with.
 */
#ifndef TLSWARD_UNIT_CASES_H
#define TLSWARD_UNIT_CASES_H

#include <check.h>
#include <stdlib.h>

/*
 * Runs the cases (NULL ends them), each test in a process of its own: what one has left in a table or in memory, or
 * what it died of, is nothing to the next. Returns the exit status.
 */
static inline int run_cases(const char *name, TCase *const *cases)
{
    Suite *suite = suite_create(name);
    for (; *cases != NULL; cases++)
        suite_add_tcase(suite, *cases);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif

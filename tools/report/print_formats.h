/* A report in forms that other tools read. */
#ifndef TLSWARD_PRINT_FORMATS_H
#define TLSWARD_PRINT_FORMATS_H

#include "report/findings.h"

/* So many values of a label that may have any number of them; the rest is summed as "_other". */
enum { PROM_GROUPS_MAX = 500 };

/* Prometheus' text format. */
void report_print_prom(const struct report *report, FILE *out);

/* An aggregate report of RFC 8460, with a policy for each destination. */
void report_print_tlsrpt(const struct report *report, FILE *out);

/* CycloneDX 1.6: the certificates, protocols and algorithms that were seen in use. */
void report_print_cbom(const struct report *report, FILE *out);

#endif

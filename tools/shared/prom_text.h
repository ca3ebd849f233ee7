/*
 * Metrics in Prometheus' text format, for files that its node exporter reads.
 */
#ifndef TLSWARD_PROM_TEXT_H
#define TLSWARD_PROM_TEXT_H

#include <stdio.h>

/* What a metric is, once and before its values. `type`: "counter" or "gauge". */
void prom_type(FILE *out, const char *name, const char *type, const char *help);

/* `before`, then ="VALUE": what is not safe to show is escaped as text_clean() does it, and then as the format wants.
 */
void prom_label(FILE *out, const char *before, const char *value);

#endif

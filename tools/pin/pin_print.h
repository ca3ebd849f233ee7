/*
 * Pins as text and as JSON.
 */
#ifndef TLSWARD_PIN_PRINT_H
#define TLSWARD_PIN_PRINT_H

#include "pin/pinned_keys.h"

void pin_print(const struct pinned_place *places, size_t count);
void pin_print_json(const struct pinned_place *places, size_t count);

#endif

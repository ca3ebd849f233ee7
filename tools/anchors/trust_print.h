/*
 * Trust anchors as text and as JSON.
 */
#ifndef TLSWARD_TRUST_PRINT_H
#define TLSWARD_TRUST_PRINT_H

#include "anchors/trust_view.h"

/* `uses` is NULL where no events were asked. */
void trust_print(const struct trust_view *view, const struct anchor_uses *uses);
void trust_print_json(const struct trust_view *view, const struct anchor_uses *uses);

#endif

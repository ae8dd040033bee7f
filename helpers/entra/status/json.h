/* SPDX-License-Identifier: MIT */
/*
 * The status as a JSON object, for programs; entra-status(1) tells its members.
 */
#ifndef HELPERS_ENTRA_STATUS_JSON_H
#define HELPERS_ENTRA_STATUS_JSON_H

#include <json-c/json.h>

#include "helpers/entra/status/facts.h"

/* The caller owns the object (json_object_put), or gives it to document_set. */
json_object *status_json_make(const struct status_facts *facts);

#endif

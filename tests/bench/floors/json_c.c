/* SPDX-License-Identifier: MIT */
/* The floor of every program that is linked to json-c. */
#include <json-c/json_c_version.h>

int main(void)
{
    return json_c_version_num() == 0;
}

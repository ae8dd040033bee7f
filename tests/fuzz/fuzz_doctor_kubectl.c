/* SPDX-License-Identifier: MIT */
/* What entra doctor reports of the kubeconfig, as `kubectl config view -o json` prints it. */
#include "common/base/secret.h"
#include "tests/fuzz/doctor_stub.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_secret struct secret *text = secret_new((const char *)data, size);
    HOLDS(text != NULL);
    doctor_stub_run("kubectl", doctor_kubectl, text, 0);
    return 0;
}

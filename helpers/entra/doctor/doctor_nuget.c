/* SPDX-License-Identifier: MIT */
/* The check nuget: whether NuGet finds our plugin. */
#define _GNU_SOURCE
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/nuget_discovery.h"

void doctor_nuget(struct doctor *doctor)
{
    struct error error = { 0 };
    auto_nuget_discovery struct nuget_discovery discovery;
    nuget_discover(&discovery);
    if (!doctor_finds_program("dotnet"))
        doctor_skip(doctor, "dotnet is not in PATH");
    else if (!nuget_discovery_check(&discovery, &error))
        doctor_fail(doctor, &error);
    else if (discovery.found != NULL)
        doctor_ok(doctor, "NuGet 6.13 or later finds our plugin: %s", discovery.found);
    else
        doctor_skip(doctor, "NuGet does not find our plugin (see 'entra setup nuget')");
}

/* SPDX-License-Identifier: MIT */
#include "common/entra/known_apps.h"

#include <strings.h>

#include "common/base/array.h"

/* clang-format off */
static const struct known_app known_apps[] = {
    { KNOWN_APP_AKS, false, false },
    { KNOWN_APP_AZURE_DEVOPS, false, false },
    { KNOWN_APP_AZURE_SQL, false, false },
    { KNOWN_APP_DATA_EXPLORER, false, false },
    { KNOWN_APP_DATABRICKS, false, false },
    { KNOWN_APP_DEFENDER, false, false },
    { KNOWN_APP_GRAPH, false, false },
    { KNOWN_APP_KEY_VAULT, false, false },
    { KNOWN_APP_LOG_ANALYTICS, false, false },
    { KNOWN_APP_OFFICE_365, false, false },
    { KNOWN_APP_POSTGRESQL, false, false },
    { KNOWN_APP_RESOURCES, false, false },
    { KNOWN_APP_STORAGE, false, false },

    { KNOWN_APP_AZURE_CLI, true, true },
    { KNOWN_APP_KUBELOGIN, true, false },
    { KNOWN_APP_VISUAL_STUDIO, true, true },
    { "d5a56ea4-7369-46b8-a538-c370805301bf", true, false }, /* Azure Artifacts credential provider */
    { "d735b71b-9eee-4a4f-ad23-421660877ba6", true, false }, /* Git Credential Manager */
    { "aebc6443-996d-45c2-90f0-388ff96faa56", true, false }, /* Visual Studio Code */
    { "14d82eec-204b-4c2f-b7e8-296a70dab67e", true, false }, /* Microsoft Graph Command Line Tools */
    { "1b730954-1685-4b74-9bfd-dac224a7b894", true, false }, /* Azure AD PowerShell */
    { "29d9ed98-a469-4536-ade2-f981bc1d605e", true, false }, /* Authentication Broker */
    { "9bc3ab49-b65d-410a-85ad-de819febfddc", true, false }, /* SharePoint Online Management Shell */
    { "fb78d390-0c51-40cd-8e17-fdbfab77341b", true, false }, /* Exchange Online PowerShell */
    { "12128f48-ec9e-42f0-b203-ea49fb6af367", true, false }, /* Teams PowerShell */

    /* The family of client ids, by github.com/secureworks/family-of-client-ids-research. */
    { "00b41c95-dab0-4487-9791-b9d2c32c80f2", true, true }, /* Office 365 Management */
    { "1950a258-227b-4e31-a9cf-717495945fc2", true, true }, /* Azure PowerShell */
    { "1fec8e78-bce4-4aaf-ab1b-5451cc387264", true, true }, /* Teams */
    { "26a7ee05-5602-4d76-a7ba-eae8b7b67941", true, true }, /* Windows Search */
    { "27922004-5251-4030-b22d-91ecd9a37ea4", true, true }, /* Outlook Mobile */
    { "4813382a-8fa7-425e-ab75-3b753aab3abb", true, true }, /* Authenticator */
    { "ab9b8c07-8f02-4f72-87fa-80105867a763", true, true }, /* OneDrive SyncEngine */
    { "d3590ed6-52b3-4102-aeff-aad2292ab01c", true, true }, /* Office */
    { "af124e86-4e96-495a-b70a-90f90ab96707", true, true }, /* OneDrive for iOS */
    { "2d7f3606-b07d-41d1-b9d2-0d0c9296a6e8", true, true }, /* Bing Search for Edge */
    { "844cca35-0656-46ce-b636-13f48b0eecbd", true, true }, /* Stream Mobile */
    { "87749df4-7ccf-48f8-aa87-704bad0e0e16", true, true }, /* Teams Device Admin Agent */
    { "cf36b471-5b44-428c-9ce7-313bf84528de", true, true }, /* Bing Search */
    { "0ec893e0-5785-4de6-99da-4ed124e5296c", true, true }, /* Office UWP PWA */
    { "22098786-6e16-43cc-a27d-191a01a1e3b5", true, true }, /* To-Do */
    { "4e291c71-d680-4d0e-9640-0a3358e31177", true, true }, /* Power Apps */
    { "57336123-6e14-4acc-8dcf-287b6088aa28", true, true }, /* Whiteboard */
    { "57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0", true, true }, /* Power Automate */
    { "66375f6b-983f-4c2c-9701-d680650f588f", true, true }, /* Planner */
    { "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", true, true }, /* Intune Company Portal */
    { "a40d7d7d-59aa-447e-a655-679a4107e548", true, true }, /* Accounts Control */
    { "a569458c-7f2b-45cb-bab9-b7dee514d112", true, true }, /* Yammer */
    { "b26aadf8-566f-4478-926f-589f601d9c74", true, true }, /* OneDrive */
    { "c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12", true, true }, /* Power BI */
    { "d326c1ce-6cc6-4de2-bebc-4591e5e13ef0", true, true }, /* SharePoint */
    { "e9c51622-460d-4d3d-952d-966a5b1da34c", true, true }, /* Edge */
    { "eb539595-3fe1-474e-9c1d-feb3625d1be5", true, true }, /* Tunnel */
    { "ecd6b820-32c2-49b6-98a6-444530e5a77a", true, true }, /* Edge */
    { "f05ff7c9-f75a-4acd-a3b5-f4b6a870245d", true, true }, /* SharePoint for Android */
    { "f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34", true, true }, /* Edge */
    { "be1918be-3fe3-4be9-b32b-b542fc27f02e", true, true }, /* M365 Compliance Drive */
    { "cab96880-db5b-4e15-90a7-f3f1d62ffe39", true, true }, /* Defender Platform */
    { "d7b530a4-7680-4c23-a8bf-c52c121d2e87", true, true }, /* Edge Enterprise New Tab Page */
    { "dd47d17a-3194-4d86-bfd5-c6ae6f5651e3", true, true }, /* Defender for Mobile */
    { "e9b154d0-7658-433b-bb25-6b8e0a8a7c59", true, true }, /* Outlook Lite */
};
/* clang-format on */

const struct known_app *known_app_find(const char *id)
{
    for (size_t i = 0; i < ARRAY_SIZE(known_apps); i++)
        if (strcasecmp(known_apps[i].id, id) == 0)
            return &known_apps[i];
    return NULL;
}

const struct known_app *known_apps_all(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(known_apps);
    return known_apps;
}

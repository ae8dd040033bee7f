/* SPDX-License-Identifier: MIT */
/* pip.conf and uv.toml, which people write: a setting is added and taken back. */
#include "common/base/secret.h"
#include "helpers/entra/setup/setting_line.h"
#include "tests/fuzz/fuzz.h"

static const struct setting settings[] = {
    { "global", "keyring-provider", "subprocess" },
    { NULL, "keyring-provider", "\"subprocess\"" },
};

/* What was there before is there again; the last line may have got its end. */
static void check_back(const struct secret *text, const struct secret *back)
{
    HOLDS(back->length >= text->length && back->length <= text->length + 2);
    HOLDS(memcmp(back->bytes, text->bytes, text->length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct setting *setting = &settings[size > 0 && data[0] % 2 == 0];
    auto_secret struct secret *text =
        secret_new((const char *)data + (size > 0), size - (size > 0));
    enum setting_state state = setting_find(setting, text);
    if (setting->section != NULL)
        HOLDS(state == SETTING_MISSING || setting_find_inherited(setting, text) == state);
    if (state == SETTING_MISSING || state == SETTING_OTHER) {
        auto_secret struct secret *changed = setting_set(setting, text);
        HOLDS(setting_find(setting, changed) == SETTING_OURS);
        auto_secret struct secret *back = setting_unset(setting, changed);
        HOLDS(setting_find(setting, back) == state);
        if (state == SETTING_MISSING)
            check_back(text, back);
    } else if (state == SETTING_OURS) {
        auto_secret struct secret *back = setting_unset(setting, text);
        HOLDS(back->length < text->length);
    }
    return 0;
}

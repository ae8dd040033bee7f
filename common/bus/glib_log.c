/* SPDX-License-Identifier: MIT */
#include "common/bus/glib_log.h"

#include <gio/gio.h>
#include <string.h>

#include "common/base/report.h"

static const gchar *field(const GLogField *fields, gsize count, const gchar *name)
{
    for (gsize i = 0; i < count; i++)
        if (g_str_equal(fields[i].key, name) && fields[i].length < 0) /* it ends with a NUL */
            return fields[i].value;
    return "?";
}

static GLogWriterOutput write_trace(GLogLevelFlags level, const GLogField *fields, gsize count,
                                    gpointer data)
{
    if ((level & G_LOG_LEVEL_ERROR) != 0)
        return g_log_writer_default(level, fields, count, data);
    const gchar *message = field(fields, count, "MESSAGE");
    if ((level & G_LOG_LEVEL_DEBUG) == 0) /* a line: what follows may show a message's bytes */
        trace("bus: %s: %.*s", field(fields, count, "GLIB_DOMAIN"), (int)strcspn(message, "\n"),
              message);
    return G_LOG_WRITER_HANDLED;
}

void glib_log_to_trace(void)
{
    /* GLib takes one writer only, for the process, in which several modules may have this code. */
    static const gchar mark[] = "entra-log-writer";
    if (g_quark_try_string(mark) != 0)
        return;
    g_quark_from_string(mark);
    g_log_writer_default_set_use_stderr(TRUE);
    g_log_set_writer_func(write_trace, NULL, NULL);
}

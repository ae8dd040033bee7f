/* SPDX-License-Identifier: MIT */
#include "helpers/entra/run/run_variable.h"

#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "helpers/entra/run/run_environment.h"

/* By these a loader, a shell, an interpreter or a common tool chooses what to run and to load,
 * where its files are or whom to trust: the common ones, not all that there are. One that is set to
 * a token is at best of no use, and at worst in an error message. An underscore at the end stands
 * for all that follows. */
static const char *const reserved[] = {
    "LD_",
    "GLIBC_",
    "MALLOC_",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "LANG",
    "LANGUAGE",
    "LC_",
    "TZ",
    "TZDIR",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "PATH",
    "HOME",
    "SHELL",
    "USER",
    "LOGNAME",
    "SUDO_ASKPASS",
    "PWD",
    "OLDPWD",
    "TERM",
    "DISPLAY",
    "TMPDIR",
    "XDG_",
    "DBUS_",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_PIDFDID",
    "LISTEN_FDNAMES",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "SYSTEMD_EXEC_PID",
    "NOTIFY_SOCKET",
    "IFS",
    "ENV",
    "PS4",
    "PS0",
    "PS1",
    "PS2",
    "PROMPT",
    "PROMPT_COMMAND",
    "FPATH",
    "INPUTRC",
    "HISTFILE",
    "MAILPATH",
    "CDPATH",
    "SHELLOPTS",
    "BASHOPTS",
    "BASH_",
    "ZDOTDIR",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "MANPAGER",
    "LESSOPEN",
    "LESSCLOSE",
    "LESS",
    "BROWSER",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_EXEC_PATH",
    "GIT_TEMPLATE_DIR",
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_EDITOR",
    "GIT_SEQUENCE_EDITOR",
    "GIT_PAGER",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "GIT_EXTERNAL_DIFF",
    "GIT_CONFIG",
    "GIT_CONFIG_",
    "GIT_TRACE",
    "GIT_TRACE_",
    "GIT_TRACE2",
    "GIT_TRACE2_",
    "GIT_SSL_",
    "GIT_ALLOW_PROTOCOL",
    "SSH_",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PYTHONBREAKPOINT",
    "PYTHONEXECUTABLE",
    "PYTHONPLATLIBDIR",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUSERBASE",
    "PYTHONWARNINGS",
    "PERL5LIB",
    "PERL5OPT",
    "PERL5DB",
    "PERLLIB",
    "PERLIO",
    "PERL5SHELL",
    "RUBYLIB",
    "RUBYOPT",
    "GEM_HOME",
    "GEM_PATH",
    "BUNDLE_GEMFILE",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_EXTRA_CA_CERTS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_REPL_EXTERNAL_MODULE",
    "NPM_CONFIG_EDITOR",
    "NPM_CONFIG_GIT",
    "NPM_CONFIG_GLOBALCONFIG",
    "NPM_CONFIG_NODE_GYP",
    "NPM_CONFIG_NODE_OPTIONS",
    "NPM_CONFIG_PREFIX",
    "NPM_CONFIG_REGISTRY",
    "NPM_CONFIG_SCRIPT_SHELL",
    "NPM_CONFIG_SHELL",
    "NPM_CONFIG_USERCONFIG",
    "CLASSPATH",
    "JAVA_HOME",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "JAVA_OPTS",
    "JAVA_ARGS",
    "IBM_JAVA_OPTIONS",
    "OPENJ9_JAVA_OPTIONS",
    "MAVEN_OPTS",
    "MAVEN_ARGS",
    "MAVEN_HOME",
    "MVN_CMD_LINE_ARGS",
    "GRADLE_OPTS",
    "GRADLE_HOME",
    "GRADLE_USER_HOME",
    "DOTNET_STARTUP_HOOKS",
    "DOTNET_ADDITIONAL_DEPS",
    "DOTNET_SHARED_STORE",
    "DOTNET_ROOT",
    "COR_",
    "CORECLR_",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "IDENTITY_",
    "MSI_",
    "ENTRA_",
    "AZUREAD__",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
        size_t length = strlen(reserved[i]);
        bool is_prefix = reserved[i][length - 1] == '_';
        if (strncasecmp(name, reserved[i], is_prefix ? length : length + 1) == 0)
            return true;
    }
    return run_environment_is_kept_back(name);
}

static bool is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return name[0] != '\0' && strchr(letters, name[0]) != NULL && name[strspn(name, more)] == '\0';
}

bool run_variable_parse(const char *option, struct run_variable *ret_variable, struct error *error)
{
    struct run_variable variable = { .wanted = strchr(option, '=') };
    if (variable.wanted == NULL || variable.wanted[1] == '\0')
        return error_set(error, ERROR_USAGE, "--env takes NAME=API or NAME=SCOPE, not '%.100s'",
                         option);
    size_t length = (size_t)(variable.wanted++ - option);
    if (length < sizeof variable.name)
        memcpy(variable.name, option, length);
    if (!is_name(variable.name))
        return error_set(
            error, ERROR_USAGE,
            "--env: '%.*s' is not the name of a variable: up to %zu letters, digits and "
            "underscores, and no digit first",
            length < 80 ? (int)length : 80, option, sizeof variable.name - 1);
    if (is_reserved(variable.name)) {
        error_set(error, ERROR_USAGE, "--env: %s does not hold a password or token", variable.name);
        return error_hint(error, "Name a variable that the command reads a password or token from, "
                                 "such as PGPASSWORD or TWINE_PASSWORD: not one that decides what "
                                 "programs run, load or trust, or as whom they sign in.");
    }
    *ret_variable = variable;
    return true;
}

# SPDX-License-Identifier: MIT
"""The programs, and the commands of entra, each once."""

HELPERS = ["git-credential-entra", "exec-credential-entra", "curl-credential-entra",
           "cargo-credential-entra", "docker-credential-entra", "keyring-credential-entra",
           "nuget-plugin-entra"]
PROGRAMS = ["entra", *HELPERS]
COMMANDS = ["token", "login", "logout", "status", "switch", "list", "forget", "secret", "run", "doctor",
            "setup", "setup git", "setup kubectl", "setup docker", "setup cargo", "setup nuget",
            "setup pip", "completion", "help", "version"]

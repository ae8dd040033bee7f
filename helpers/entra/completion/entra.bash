# SPDX-License-Identifier: MIT
# Completion of entra and its helpers for bash. Printed by 'entra completion bash'.
#
# The program knows what may come next. It gets the command line through a pipe, since others can
# read arguments, and never runs or expands anything of it. Its answer is quoted for the command line.

_entra() {
    local -a answer
    COMPREPLY=()
    mapfile -t answer < <(
        printf '%s\0' "${COMP_LINE:0:COMP_POINT}" "$2" |
            command entra completion --answer bash 2>/dev/null
    )
    case ${answer[0]-} in
        words*) COMPREPLY=("${answer[@]:1}") ;;
        files) compopt -o default ;;
        folders) compopt -o dirnames ;;
    esac
}

complete -F _entra @PROGRAMS@

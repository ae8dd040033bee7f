#compdef @PROGRAMS@
# SPDX-License-Identifier: MIT
# Completion of entra and its helpers for zsh. Printed by 'entra completion zsh'.
#
# The program knows what may come next. It gets the words through a pipe, since others can read
# arguments. Its answer is quoted by zsh.

_entra() {
    local -a answer words_with_help
    answer=("${(@f)$(
        print -rN -- "${(@Q)words[1,CURRENT-1]}" "$PREFIX" |
            command entra completion --answer zsh 2>/dev/null
    )}")
    words_with_help=("${(@)answer[2,-1]}")
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    case $answer[1] in
        (words\ *) _describe "${answer[1]#words }" words_with_help ;;
        (files) _files ;;
        (folders) _files -/ ;;
    esac
}

if [[ $funcstack[1] == _entra ]]; then
    _entra "$@"
else
    compdef _entra @PROGRAMS@
fi

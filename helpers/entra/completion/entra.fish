# SPDX-License-Identifier: MIT
# Completion of entra and its helpers for fish. Printed by 'entra completion fish'.
#
# The program knows what may come next. It gets the words through a pipe, since others can read
# arguments. Its answer is quoted by fish.

function __entra_answer
    set -l current (commandline -ct)
    string join0 -- (commandline -opc) "$current" |
        command entra completion --answer fish 2>/dev/null
end

function __entra_words
    set -l answer (__entra_answer)
    string match -q 'words *' -- $answer[1]
    and printf '%s\n' $answer[2..-1]
end

function __entra_takes_a_path
    set -l answer (__entra_answer)
    contains -- "$answer[1]" files folders
end

for program in @PROGRAMS@
    complete -c $program -e
    complete -c $program -f -a '(__entra_words)'
    complete -c $program -n __entra_takes_a_path -F
end

# bash completion for tlsward

_tlsward_words()
{
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$cur")
}

_tlsward_options()
{
    case $1 in
    enable) echo '--audit --enforce --unit --now --runtime --no-guard --root --package --boot --help' ;;
    disable) echo '--unit --now --runtime --root --package --help' ;;
    status) echo '--json --nagios --prom --help' ;;
    run) echo '--audit --enforce --trust --policy --log --summary --strict --help --' ;;
    check) echo '--strict --format --json --help' ;;
    collect) echo '--directory --listen --metrics --rotate-size --rotate-age --keep-size --keep-age --help' ;;
    log) echo '--follow --since --until --blocked --program --json --color --help' ;;
    report) echo '--since --until --by --rules --policy --fail-on --format --json --csv --html --output --debuginfod --help' ;;
    draft) echo '--policy --bound --fetch-anchors --expires --since --until --output --help' ;;
    replay) echo '--policy --against --at --since --until --format --json --help' ;;
    explain) echo '--as --script --unit --user --group --starttls --policy --trust --certificate --fetch --json --help' ;;
    pin) echo '--starttls --json --help' ;;
    trust) echo '--program --script --unit --user --group --destination --policy --json --help' ;;
    scan) echo '--running --host --container-image --format --json --baseline --events --fail-on --exit-zero --help' ;;
    esac
}

_tlsward_formats()
{
    case $1 in
    check) echo 'text json sarif junit' ;;
    scan) echo 'text json sarif' ;;
    report) echo 'text json csv html prom tlsrpt cbom' ;;
    replay) echo 'text json junit github' ;;
    esac
}

_tlsward_alarms()
{
    case $1 in
    report) echo 'blocked weak expiring' ;;
    scan) echo 'low medium high' ;;
    esac
}

# Where run's own command begins, or 0: the first word that is neither an option nor an option's value.
_tlsward_command_offset()
{
    local i
    for ((i = 2; i < cword; i++)); do
        case ${words[i]} in
        --trust | --policy | --log) ((i++)) ;;
        --) echo $((i + 1)) && return ;;
        -*) ;;
        *) echo "$i" && return ;;
        esac
    done
    echo 0
}

_tlsward()
{
    local cur prev words cword offset subcommand
    _init_completion -n : || return
    subcommand=${words[1]}
    if ((cword == 1)); then
        _tlsward_words -W 'enable disable status run check explain collect log report draft replay pin trust scan --help --version'
        return
    fi
    if [[ $subcommand == run ]]; then
        offset=$(_tlsward_command_offset)
        if ((offset > 0)); then
            _command_offset "$offset"
            return
        fi
    fi
    case $prev in
    --policy | --certificate | --against | --bound | --output | --html | --metrics | --listen) _filedir ;;
    --as)
        _filedir
        _tlsward_words -c
        ;;
    --trust)
        _filedir
        _tlsward_words -W system
        ;;
    --format) _tlsward_words -W "$(_tlsward_formats "$subcommand")" ;;
    --by) _tlsward_words -W 'program destination finding rule owner host issuer script unit' ;;
    --fail-on) _tlsward_words -W "$(_tlsward_alarms "$subcommand")" ;;
    --container-image | --directory | --root) _filedir -d ;;
    --script) _filedir ;;
    --unit) _tlsward_words -W "$(systemctl list-units --all --plain --no-legend --type service,scope 2>/dev/null | cut -d' ' -f1)" ;;
    --group) _tlsward_words -W "$(getent group | cut -d: -f1)" ;;
    --destination) _known_hosts_real -- "$cur" ;;
    --user) _tlsward_words -W "$(getent passwd | cut -d: -f3)" ;;
    --starttls) _tlsward_words -W 'smtp imap pop3 ftp postgres ldap' ;;
    --since | --until) _tlsward_words -W 'today yesterday 1h 7d' ;;
    --color) _tlsward_words -W 'auto always never' ;;
    --log) _tlsward_words -W 'stderr journald syslog collect file: unix:' ;;
    *)
        if [[ $cur == -* ]]; then
            _tlsward_words -W "$(_tlsward_options "$subcommand")"
        elif [[ $subcommand == run ]]; then
            _tlsward_words -c
        elif [[ $subcommand == check || $subcommand == scan ]]; then
            _filedir
        elif [[ $subcommand =~ ^(log|report|draft|replay|trust)$ ]]; then
            _filedir
            _tlsward_words -W journal
        elif [[ $subcommand == explain ]]; then
            _known_hosts_real -- "$cur"
        elif [[ $subcommand == pin ]]; then
            _known_hosts_real -- "$cur"
            _filedir
        fi
        ;;
    esac
} && complete -F _tlsward tlsward

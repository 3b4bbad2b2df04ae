#!/usr/bin/env bash
# Kafka's name for: stoker dump-log
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" dump-log "$@"

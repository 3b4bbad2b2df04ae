#!/usr/bin/env bash
# Kafka's name for: stoker dump-log
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" dump-log "$@"

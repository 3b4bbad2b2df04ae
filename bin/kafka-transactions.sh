#!/usr/bin/env bash
# Kafka's name for: stoker transactions
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" transactions "$@"

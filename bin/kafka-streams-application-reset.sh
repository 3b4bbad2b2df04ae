#!/usr/bin/env bash
# Kafka's name for: stoker streams-application-reset
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" streams-application-reset "$@"

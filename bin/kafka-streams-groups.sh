#!/usr/bin/env bash
# Kafka's name for: stoker streams-groups
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" streams-groups "$@"

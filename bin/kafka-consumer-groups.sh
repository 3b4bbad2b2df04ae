#!/usr/bin/env bash
# Kafka's name for: stoker consumer-groups
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" consumer-groups "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker client-metrics
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" client-metrics "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker e2e-latency
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" e2e-latency "$@"

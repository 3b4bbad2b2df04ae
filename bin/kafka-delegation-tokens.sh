#!/usr/bin/env bash
# Kafka's name for: stoker delegation-tokens
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" delegation-tokens "$@"

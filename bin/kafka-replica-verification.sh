#!/usr/bin/env bash
# Kafka's name for: stoker replica-verification
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" replica-verification "$@"

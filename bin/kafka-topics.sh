#!/usr/bin/env bash
# Kafka's name for: stoker topics
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" topics "$@"

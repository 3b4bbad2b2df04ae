#!/usr/bin/env bash
# Kafka's name for: stoker run-class
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" run-class "$@"

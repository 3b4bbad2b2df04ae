#!/usr/bin/env bash
# Kafka's name for: stoker producer-perf-test
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" producer-perf-test "$@"

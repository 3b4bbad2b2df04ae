#!/usr/bin/env bash
# Kafka's name for: stoker share-consumer-perf-test
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" share-consumer-perf-test "$@"

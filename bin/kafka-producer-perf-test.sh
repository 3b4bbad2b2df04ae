#!/usr/bin/env bash
# Kafka's name for: stoker producer-perf-test
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" producer-perf-test "$@"

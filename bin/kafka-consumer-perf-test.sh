#!/usr/bin/env bash
# Kafka's name for: stoker consumer-perf-test
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" consumer-perf-test "$@"

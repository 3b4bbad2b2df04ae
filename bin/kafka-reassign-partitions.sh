#!/usr/bin/env bash
# Kafka's name for: stoker reassign-partitions
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" reassign-partitions "$@"

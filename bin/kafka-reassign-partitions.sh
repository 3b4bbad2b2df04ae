#!/usr/bin/env bash
# Kafka's name for: stoker reassign-partitions
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" reassign-partitions "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker kafka-cluster
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" kafka-cluster "$@"

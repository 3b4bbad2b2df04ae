#!/usr/bin/env bash
# Kafka's name for: stoker delete-records
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" delete-records "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker share-groups
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" share-groups "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker get-offsets
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" get-offsets "$@"

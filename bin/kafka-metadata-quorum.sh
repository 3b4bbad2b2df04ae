#!/usr/bin/env bash
# Kafka's name for: stoker metadata-quorum
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" metadata-quorum "$@"

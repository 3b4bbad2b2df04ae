#!/usr/bin/env bash
# Kafka's name for: stoker leader-election
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" leader-election "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker configs
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" configs "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker log-dirs
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" log-dirs "$@"

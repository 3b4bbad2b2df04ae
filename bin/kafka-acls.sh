#!/usr/bin/env bash
# Kafka's name for: stoker acls
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" acls "$@"

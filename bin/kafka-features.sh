#!/usr/bin/env bash
# Kafka's name for: stoker features
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" features "$@"

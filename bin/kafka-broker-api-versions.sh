#!/usr/bin/env bash
# Kafka's name for: stoker broker-api-versions
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" broker-api-versions "$@"

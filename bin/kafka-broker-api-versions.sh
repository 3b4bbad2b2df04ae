#!/usr/bin/env bash
# Kafka's name for: stoker broker-api-versions
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" broker-api-versions "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker topics
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" topics "$@"

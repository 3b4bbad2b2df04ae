#!/usr/bin/env bash
# Kafka's name for: stoker consumer-groups
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" consumer-groups "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker delete-records
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" delete-records "$@"

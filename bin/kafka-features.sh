#!/usr/bin/env bash
# Kafka's name for: stoker features
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" features "$@"

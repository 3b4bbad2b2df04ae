#!/usr/bin/env bash
# Kafka's name for: stoker configs
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" configs "$@"

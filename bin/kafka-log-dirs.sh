#!/usr/bin/env bash
# Kafka's name for: stoker log-dirs
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" log-dirs "$@"

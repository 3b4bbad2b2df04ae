#!/usr/bin/env bash
# Kafka's name for: stoker get-offsets
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" get-offsets "$@"

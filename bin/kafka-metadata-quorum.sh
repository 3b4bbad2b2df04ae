#!/usr/bin/env bash
# Kafka's name for: stoker metadata-quorum
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" metadata-quorum "$@"

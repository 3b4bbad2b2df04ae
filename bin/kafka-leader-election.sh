#!/usr/bin/env bash
# Kafka's name for: stoker leader-election
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" leader-election "$@"

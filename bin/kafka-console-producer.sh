#!/usr/bin/env bash
# Kafka's name for: stoker console-producer
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" console-producer "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker console-consumer
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/stoker" console-consumer "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker verifiable-consumer
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" verifiable-consumer "$@"

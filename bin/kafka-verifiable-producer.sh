#!/usr/bin/env bash
# Kafka's name for: stoker verifiable-producer
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" verifiable-producer "$@"

#!/usr/bin/env bash
# Kafka's name for: stoker console-share-consumer
self="$(readlink -f "${BASH_SOURCE[0]}")"
exec "${self%/*}/stoker" console-share-consumer "$@"

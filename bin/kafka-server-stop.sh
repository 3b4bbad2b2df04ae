#!/usr/bin/env bash
# Asks every Kafka server of this user that these scripts started to stop.
set -euo pipefail
pids="$(pgrep -u "$(id -u)" -f '^[^ ]*java .*org[.]stoker[.]broker[.]BrokerMain' || true)"
if [ -z "$pids" ]; then
  echo "No kafka server to stop"
  exit 1
fi
# shellcheck disable=SC2086 # several process ids are several words
kill -s "${SIGNAL:-TERM}" $pids

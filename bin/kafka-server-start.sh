#!/usr/bin/env bash
# Starts a broker from a properties file: kafka-server-start.sh [-daemon] server.properties [--override key=value ...]
set -euo pipefail
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
if [ $# -eq 0 ]; then
  echo "USAGE: $0 [-daemon] server.properties [--override property=value]*" >&2
  exit 1
fi
if [ "$1" = -daemon ]; then
  shift
  logs="${LOG_DIR:-$here/../logs}"
  mkdir -p "$logs"
  nohup "$here/stoker" broker "$@" >"$logs/kafkaServer.out" 2>&1 </dev/null &
  exit 0
fi
exec "$here/stoker" broker "$@"

#!/usr/bin/env bash
# Starts one ZooKeeper server from a properties file: zookeeper-server-start.sh [-daemon] zookeeper.properties
set -euo pipefail
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
if [ $# -eq 0 ]; then
  echo "USAGE: $0 [-daemon] zookeeper.properties" >&2
  exit 1
fi
if [ "$1" = -daemon ]; then
  shift
  logs="${LOG_DIR:-$here/../logs}"
  mkdir -p "$logs"
  nohup "$here/stoker" zookeeper "$@" >"$logs/zookeeper.out" 2>&1 </dev/null &
  exit 0
fi
exec "$here/stoker" zookeeper "$@"

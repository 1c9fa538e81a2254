# bin/bench: groups whose coordinator dies. Sourced after common.sh, by bin/bench only.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

# One system at a time, on free ports, below a directory that goes when it is done.
run_group_failover() {
  local only='' heartbeat=1000 arguments=()
  while (($# > 0)); do
    case $1 in
      --only)
        [[ ${2:-} == shiplog || ${2:-} == kafka ]] || die "--only takes shiplog or kafka"
        only=$2
        shift
        ;;
      --heartbeat-ms)
        [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--heartbeat-ms takes a number"
        heartbeat=$2
        shift
        ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  find_java
  ensure_built bench
  source "$TOP/bin/lib/kafka.sh"
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/shiplog-group-failover.XXXXXX")
  trap '"$TOP/bin/cluster" stop --dir "$WORK/shiplog" >/dev/null 2>&1 || true; "$TOP/bin/kafka-peer" delete --dir "$WORK/kafka" >/dev/null 2>&1 || true; rm -rf "$WORK"' EXIT
  trap 'exit 130' INT TERM
  # both protocols hear of their members equally often, and nobody waits for more members to come
  SETTINGS=$(printf '%s\n' "group.initial.rebalance.delay.ms=0" "group.consumer.heartbeat.interval.ms=$heartbeat" \
    "group.consumer.min.heartbeat.interval.ms=$((heartbeat < 5000 ? heartbeat : 5000))" \
    "group.consumer.max.heartbeat.interval.ms=$((heartbeat > 15000 ? heartbeat : 15000))")
  [[ $only == kafka ]] || group_failover_shiplog --heartbeat-ms "$heartbeat" ${arguments[@]+"${arguments[@]}"}
  [[ $only == shiplog ]] || group_failover_kafka --heartbeat-ms "$heartbeat" ${arguments[@]+"${arguments[@]}"}
}

group_failover_shiplog() {
  local dir=$WORK/shiplog id protocol
  "$TOP/bin/cluster" configure --dir "$dir" --base-port "$(free_base_port)"
  for id in 1 2 3; do echo "$SETTINGS" >>"$dir/storage-$id/config.properties"; done
  "$TOP/bin/cluster" start --dir "$dir" >/dev/null
  for protocol in classic consumer; do
    run_main io.shiplog.bench.group.GroupFailoverMain --system Shiplog --protocol "$protocol" --pid-file "$dir/storage-%d/pid" \
      --bootstrap "$("$TOP/bin/cluster" bootstrap --dir "$dir")" --restart "$TOP/bin/cluster start storage-%d --dir $dir" "$@"
  done
  "$TOP/bin/cluster" stop --dir "$dir" >/dev/null
}

group_failover_kafka() {
  local dir=$WORK/kafka protocol
  KAFKA_SETTINGS=$SETTINGS "$TOP/bin/kafka-peer" start --dir "$dir" --base-port "$(free_base_port)" >/dev/null
  for protocol in classic consumer; do
    run_main io.shiplog.bench.group.GroupFailoverMain --system Kafka --protocol "$protocol" --pid-file "$dir/node-%d/pid" \
      --bootstrap "$("$TOP/bin/kafka-peer" bootstrap --dir "$dir")" --restart "$TOP/bin/kafka-peer start %d --dir $dir" "$@"
  done
  "$TOP/bin/kafka-peer" delete --dir "$dir"
}

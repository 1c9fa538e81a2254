# bin/bench: replicas that move. Sourced after common.sh, by bin/bench only.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

# Shiplog plans; Kafka's tool carries the same plan out.
run_move() {
  local only='' plan='' arguments=()
  while (($# > 0)); do
    case $1 in
      --only)
        [[ ${2:-} == shiplog || ${2:-} == kafka ]] || die "--only takes shiplog or kafka"
        only=$2
        shift
        ;;
      --kill | --cancel)
        only=shiplog
        arguments+=("$1")
        ;;
      --plan)
        plan=${2:?--plan needs a file}
        shift
        ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  [[ $only != kafka || -f $plan ]] || die "--only kafka needs --plan, a file that a run of Shiplog has written"
  find_java
  ensure_built bench tools
  source "$TOP/bin/lib/kafka.sh"
  WORK=$(mktemp -d "${SHIPLOG_BENCH_DIR:-${TMPDIR:-/tmp}}/shiplog-move.XXXXXX")
  trap '"$TOP/bin/cluster" stop --dir "$WORK/shiplog" >/dev/null 2>&1 || true; "$TOP/bin/kafka-peer" delete --dir "$WORK/kafka" >/dev/null 2>&1 || true; rm -rf "$WORK"' EXIT
  trap 'exit 130' INT TERM
  [[ $only == kafka ]] || move_shiplog --plan "${plan:-$WORK/plan.json}" ${arguments[@]+"${arguments[@]}"}
  [[ $only == shiplog ]] || move_kafka --plan "${plan:-$WORK/plan.json}" ${arguments[@]+"${arguments[@]}"}
}

# An operator's tool runs elsewhere; here it has what the nodes and the load leave.
at_idle() { ! command -v chrt >/dev/null || echo "chrt --idle 0 "; }

move_shiplog() {
  local dir=$WORK/shiplog status=0
  "$TOP/bin/cluster" start --dir "$dir" --storage 5 --base-port "$(free_base_port)" >/dev/null
  run_main io.shiplog.bench.move.MoveMain --system shiplog --tool "$(at_idle)$TOP/bin/shiplog" --control "$TOP/bin/cluster" --dir "$dir" \
    --bootstrap "$("$TOP/bin/cluster" bootstrap --dir "$dir")" "$@" || status=$?
  "$TOP/bin/cluster" stop --dir "$dir" >/dev/null
  ((status != 0)) || rm -rf "$dir"
  return $status
}

move_kafka() {
  local dir=$WORK/kafka
  "$TOP/bin/kafka-peer" start --dir "$dir" --nodes 5 --base-port "$(free_base_port)" >/dev/null
  run_main io.shiplog.bench.move.MoveMain --system kafka --tool "$(at_idle)$TOP/bin/kafka-peer tool" --control "$TOP/bin/kafka-peer" --dir "$dir" \
    --bootstrap "$("$TOP/bin/kafka-peer" bootstrap --dir "$dir")" "$@"
}

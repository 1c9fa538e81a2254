# What librdkafka does, by way of kcat: cases for bin/conformance, which sources this. Each is a function that prints what went wrong and fails;
# it finds the cluster in $SERVER and a topic of its own in $TOPIC.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

KCAT_CASES=()
KCAT_TOPICS=()

# kcat_case QUICK PARTITIONS NAME FUNCTION ARG...
kcat_case() {
  KCAT_CASES+=("$(printf '%s\t' "$@")")
  KCAT_TOPICS+=("kcat-${#KCAT_TOPICS[@]}:$2")
}

kc() { timeout 40 kcat -b "$SERVER" -q "$@"; }

wrong() {
  echo "$*"
  return 1
}

# same EXPECTED ACTUAL WHAT
same() { [[ $1 == "$2" ]] || wrong "$3 is '$(head -c 200 <<<"$2")', not '$(head -c 200 <<<"$1")'"; }

numbered() { seq -f "$1-%g" 1 "$2"; }

# All of a topic, as lines in order.
everything() { kc -C -t "$TOPIC" -o beginning -e "$@" | sort; }

kcat_round_trip() {
  numbered value 500 | kc -P -t "$TOPIC" "$@" || wrong "kcat -P fails" || return
  same "$(numbered value 500 | sort)" "$(everything)" "what was read"
}

kcat_keys() {
  printf 'a:1\nb:2\na:3\n' | kc -P -t "$TOPIC" -K : || return
  same "$(printf 'a 1\na 3\nb 2')" "$(everything -f '%k %s\n')" "keys and values"
}

kcat_headers() {
  echo value | kc -P -t "$TOPIC" -H first=1 -H second=2 || return
  same "first=1,second=2 value" "$(everything -f '%h %s\n')" "headers and value"
}

kcat_nulls() {
  printf 'key:\n' | kc -P -t "$TOPIC" -K : -Z || return
  same "key -1" "$(everything -f '%k %S\n')" "key and length"
}

kcat_large() {
  head -c 1000000 /dev/zero | tr '\0' x >"$WORK/kcat-large"
  kc -P -t "$TOPIC" -X message.max.bytes=2000000 "$WORK/kcat-large" || return
  same 1000000 "$(everything -f '%S\n')" "the length"
}

kcat_offsets() {
  numbered value 20 | kc -P -t "$TOPIC" || return
  same "$(printf '15\n16\n17\n18\n19')" "$(kc -C -t "$TOPIC" -o 15 -e -f '%o\n')" "offsets from 15" || return
  same "$(printf '17\n18\n19')" "$(kc -C -t "$TOPIC" -o -3 -e -f '%o\n')" "the last three offsets" || return
  same "" "$(kc -C -t "$TOPIC" -o end -e -f '%o\n')" "what is behind the end"
}

kcat_by_time() {
  local between
  numbered early 5 | kc -P -t "$TOPIC" || return
  sleep 0.2
  between=$(date +%s%3N)
  sleep 0.2
  numbered late 5 | kc -P -t "$TOPIC" || return
  same 5 "$(kc -C -t "$TOPIC" -o "s@$between" -e -f '%o\n' | head -n 1)" "the first offset by time" || return
  same "$TOPIC [0] offset 5" "$(kc -Q -t "$TOPIC:0:$between")" "the offset by time" || return
  same "$TOPIC [0] offset 0" "$(kc -Q -t "$TOPIC:0:1")" "the offset of long ago"
}

kcat_metadata() {
  local out
  out=$(timeout 40 kcat -b "$SERVER" -L -t "$TOPIC") || return
  grep -q '3 brokers:' <<<"$out" || wrong "no 3 brokers in: $out" || return
  grep -q "topic \"$TOPIC\" with 3 partitions" <<<"$out" || wrong "no 3 partitions in: $out" || return
  same 3 "$(grep -c 'partition [0-2], leader [1-3], replicas: [1-3],[1-3],[1-3], isrs: [1-3],[1-3],[1-3]' <<<"$out")" "partitions in sync in: $out" || return
  kc -L -J | grep -q '"controllerid":[1-3]' || wrong "no controller in $(kc -L -J | head -c 300)"
}

kcat_group() {
  local group=$TOPIC-group
  numbered value 10 | kc -P -t "$TOPIC" || return
  same 10 "$(kc -G "$group" "$@" -X auto.offset.reset=earliest -c 10 "$TOPIC" 2>/dev/null | wc -l)" "records of the first member" || return
  numbered more 5 | kc -P -t "$TOPIC" || return
  same "$(numbered more 5 | sort)" "$(kc -G "$group" "$@" -X auto.offset.reset=earliest -c 5 "$TOPIC" 2>/dev/null | sort)" "what the second member reads"
}

# Two members, each with half of the partitions; one leaves, and the other reads on.
kcat_two_members() {
  local group=$TOPIC-group first=$WORK/$TOPIC.first second=$WORK/$TOPIC.second i
  # Directly, so that what is ended is kcat itself.
  (exec timeout 80 kcat -b "$SERVER" -q -G "$group" "$@" -u -X auto.offset.reset=earliest -f '%p %s\n' "$TOPIC" >"$first" 2>"$first.log") &
  local one=$!
  (exec timeout 80 kcat -b "$SERVER" -q -G "$group" "$@" -u -X auto.offset.reset=earliest -f '%p %s\n' "$TOPIC" >"$second" 2>"$second.log") &
  local two=$!
  for ((i = 0; i < 60; i++)); do
    numbered "round-$i" 20 | kc -P -t "$TOPIC" || break
    [[ ! -s $first || ! -s $second ]] || break
    sleep 0.3
  done
  kill -TERM $one 2>/dev/null
  wait $one
  echo last-0 | kc -P -t "$TOPIC" -p 0
  echo last-1 | kc -P -t "$TOPIC" -p 1
  for ((i = 0; i < 60; i++)); do
    [[ $(grep -c last- "$second") -lt 2 ]] || break
    sleep 0.3
  done
  kill -TERM $two 2>/dev/null
  wait $two
  [[ -s $first && -s $second ]] || wrong "they do not share" || return
  same 2 "$(grep -c last- "$second")" "what the second reads when the first has left"
}

kcat_unknown() {
  local out
  out=$(echo value | timeout 40 kcat -b "$SERVER" -P -t "$TOPIC-unknown" -X message.timeout.ms=3000 -X topic.metadata.propagation.max.ms=1000 2>&1) &&
    wrong "it was taken" && return 1
  grep -qiE 'unknown topic|unknown partition|timed out' <<<"$out" || wrong "it says: $out"
}

kcat_case quick 3 'metadata' kcat_metadata
kcat_case quick 3 'produce and consume, acks=all' kcat_round_trip -X acks=all
kcat_case all 3 'produce and consume, acks=1' kcat_round_trip -X acks=1
kcat_case all 3 'produce and consume, acks=0' kcat_round_trip -X acks=0
kcat_case all 3 'idempotent' kcat_round_trip -X enable.idempotence=true
kcat_case all 3 'compression gzip' kcat_round_trip -z gzip
kcat_case all 3 'compression snappy' kcat_round_trip -z snappy
kcat_case quick 3 'compression lz4' kcat_round_trip -z lz4
kcat_case all 3 'compression zstd' kcat_round_trip -z zstd
kcat_case all 3 'keys' kcat_keys
kcat_case all 1 'headers' kcat_headers
kcat_case all 1 'null values' kcat_nulls
kcat_case all 1 'a record of 1,000,000 bytes' kcat_large
kcat_case quick 1 'offsets: from, last, end' kcat_offsets
kcat_case all 1 'by time' kcat_by_time
kcat_case quick 3 'a group goes on where it was' kcat_group
kcat_case all 3 'a static member goes on where it was' kcat_group -X group.instance.id=one
kcat_case all 2 'two members share, eager' kcat_two_members -X partition.assignment.strategy=roundrobin -X session.timeout.ms=6000
kcat_case all 2 'two members share, cooperative' kcat_two_members -X partition.assignment.strategy=cooperative-sticky -X session.timeout.ms=6000
kcat_case all 3 'from the rack of a follower' kcat_round_trip -X client.rack=rack-2
kcat_case all 1 'an unknown topic is refused' kcat_unknown

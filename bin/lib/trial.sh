# Trials on real processes (bin/powercut, bin/damage, bin/chaos): what their scripts have in common. Sourced after common.sh.
#   trial_options NAME ARG...   takes --seed, --base-port, --dir and --keep; what is left is in REST
#   trial_run NAME MAIN ARG...  runs a main class of the tools in a work directory of its own, and leaves nothing behind: no process,
#                               no mount, and, when all was well, no file
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

SEED='' BASE_PORT='' WORK='' KEEP=false REST=() JAVA_PID=''

TRIAL_OPTIONS='  --seed S         of the schedule (random, and printed)
  --base-port P    ports of the clusters, as bin/cluster has it (some that are free)
  --dir DIR        where they live: a new or empty directory (one below the temporary folder)
  --keep           leaves that directory (logs, data) in place; after a fault it is left anyway'

trial_options() {
  while (($# > 0)); do
    case $1 in
      --seed | --base-port | --dir)
        (($# > 1)) || die "$1 needs a value"
        case $1 in
          --seed) SEED=$2 ;;
          --base-port) BASE_PORT=$2 ;;
          --dir) WORK=$2 ;;
        esac
        shift
        ;;
      --keep) KEEP=true ;;
      *) REST+=("$1") ;;
    esac
    shift
  done
  [[ -n $SEED ]] || SEED=$((RANDOM * 32768 + RANDOM))
  [[ $SEED =~ ^-?[0-9]{1,18}$ ]] || die "--seed $SEED: a number is allowed"
  [[ -z $BASE_PORT ]] || { [[ $BASE_PORT =~ ^[0-9]{1,5}$ ]] && ((BASE_PORT >= 1 && BASE_PORT <= 65200)); } ||
    die "--base-port $BASE_PORT: a number from 1 to 65200 is allowed"
}

# Those of trial_options again, for a script that starts itself anew.
trial_again() {
  AGAIN=(--seed "$SEED")
  [[ -z $BASE_PORT ]] || AGAIN+=(--base-port "$BASE_PORT")
  [[ -z $WORK ]] || AGAIN+=(--dir "$WORK")
  [[ $KEEP == false ]] || AGAIN+=(--keep)
}

# --cycles and the like: a number from 1.
require_count() {
  [[ $2 =~ ^[1-9][0-9]{0,5}$ ]] || die "$1 $2: a number from 1 is allowed"
}

make_work() {
  if [[ -z $WORK ]]; then
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/shiplog-$1.XXXXXX")
    return
  fi
  mkdir -p "$WORK"
  WORK=$(cd "$WORK" && pwd)
  if [[ -n $(ls -A "$WORK") ]]; then
    local dir=$WORK
    WORK=
    die "$dir is not empty (take another --dir)"
  fi
}

# Processes whose command line names a configuration below our work directory.
nodes_of_this_run() {
  local file pid config
  for file in "$WORK"/*/*/pid; do
    [[ -f $file ]] || continue
    pid=$(<"$file")
    config=$(dirname "$file")/config.properties
    if [[ -r /proc/$pid/cmdline ]] && tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF "$config"; then echo "$pid"; fi
  done
}

# Processes first: a mount in use cannot be taken away.
trial_end() {
  local status=$? pid
  trap '' INT TERM HUP
  if [[ -n $JAVA_PID ]]; then
    kill -TERM "$JAVA_PID" 2>/dev/null || true
    wait "$JAVA_PID" 2>/dev/null || true
  fi
  [[ -n $WORK ]] || return
  for pid in $(nodes_of_this_run); do kill -KILL "$pid" 2>/dev/null || true; done
  if [[ -e $WORK/.shiplog-power-cut ]]; then "$TOP/bin/lib/disk" release "$WORK" || true; fi
  if [[ $KEEP == true || $status -ne 0 ]]; then
    echo "logs and data: $WORK" >&2
  else
    rm -rf "$WORK"
  fi
}

trial_run() {
  local name=$1 main=$2 status=0 options=()
  shift 2
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap trial_end EXIT
  make_work "$name"
  [[ $name != powercut ]] || "$TOP/bin/lib/disk" work "$WORK"
  [[ -z $BASE_PORT ]] || options=(--base-port "$BASE_PORT")
  tool_command 256m
  # In the background, because bash runs a trap only after the foreground command has ended.
  "${TOOL_COMMAND[@]}" "$main" "$@" --seed "$SEED" --work "$WORK" --bin "$TOP/bin" ${options[@]+"${options[@]}"} &
  JAVA_PID=$!
  wait "$JAVA_PID" || status=$?
  JAVA_PID=
  exit "$status"
}

# Commands run one after the other against a live cluster, with what they print checked. Sourced after common.sh. Gives:
#   check STATUS PATTERN COMMAND...        the command ends with that status (or "fail": any but 0) and prints a line that matches; a pattern that
#                                          begins with ! must match no line. What it prints stays in $OUT.
#   until_check SECONDS STATUS PATTERN ... as check, tried until it passes
#   also PATTERN                           what the last command printed has a line that matches this, too
#   verdict STATUS TEXT                    a check that the script made itself
# and counts in CHECKS and FAILED. $OUT must be set.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

CHECKS=0 FAILED=0 VERDICT=ok

run_check() {
  local want=$1 pattern=$2 status=0
  shift 2
  VERDICT=ok
  timeout "${CHECK_TIMEOUT_S:-120}" "$@" >"$OUT" 2>&1 </dev/null || status=$?
  case $want in
    fail) ((status != 0)) || VERDICT="status 0, and not to be" ;;
    any) ;;
    *) ((status == want)) || VERDICT="status $status instead of $want" ;;
  esac
  [[ $VERDICT == ok ]] || return 0
  judge_output "$pattern"
}

judge_output() {
  if [[ $1 == !* ]]; then
    ! grep -qE -- "${1#!}" "$OUT" || VERDICT="prints ${1#!}"
  else
    [[ -z $1 ]] || grep -qE -- "$1" "$OUT" || VERDICT="does not print $1"
  fi
}

# How the last check went, and the head of what was printed when it failed.
tell_check() {
  CHECKS=$((CHECKS + 1))
  printf '%-7s %s\n' "$([[ $VERDICT == ok ]] && echo ok || echo FAILED)" "$1"
  [[ $VERDICT == ok ]] && return
  FAILED=$((FAILED + 1))
  echo "        $VERDICT; it printed:"
  head -n 25 "$OUT" | sed 's/^/        | /'
}

# Paths of the project and ports of this run say nothing.
shown() {
  local text=$*
  text=${text//"$TOP/bin/"/}
  echo "${text:0:150}"
}

check() {
  run_check "$@"
  shift 2
  tell_check "$(shown "$@")"
}

until_check() {
  local deadline=$((SECONDS + $1))
  shift
  while :; do
    run_check "$@"
    [[ $VERDICT != ok ]] && ((SECONDS <= deadline)) || break
    sleep 0.3
  done
  shift 2
  tell_check "$(shown "$@")"
}

also() {
  VERDICT=ok
  judge_output "$1"
  tell_check "        ... and ${1:0:120}"
}

verdict() {
  VERDICT=ok
  (($1 == 0)) || VERDICT="not so"
  tell_check "$2"
}

checks_end() {
  echo "$CHECKS checks, $FAILED failed"
  ((FAILED == 0))
}

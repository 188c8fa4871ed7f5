#!/bin/sh
# A contestant of one shell and many curls: a process for each call, all at once.
# Usage: sh curl.sh URL CALLS, where {call} in the URL stands for the number of the call.

answer() {
    url=$(printf %s "$2" | sed "s/{call}/$1/")
    reply=$(curl --silent --max-time 5 --write-out ' %{http_code}' "$url")
    case $? in
    0) echo "$1 ${reply##* } ${reply% *}" ;;
    7) echo "$1 - connect-refused" ;;
    28) echo "$1 - timed-out" ;;
    56) echo "$1 - reset" ;;
    *) echo "$1 - incomplete" ;;
    esac
}

call=0
while [ "$call" -lt "$2" ]; do
    answer "$call" "$1" &
    call=$((call + 1))
done
wait

#!/bin/sh
# Writes the release that a DNS server really runs: the folder of the program that the process was started from, whatever `current`
# points to by now, and the configuration that `current` points to, which the server read when it started.
# The layout is that of rollback_dns.yml. Run it as root: the program of another user's process cannot be read otherwise.
#
#   running_release.sh /run/named/named.pid /opt/dns/configs
set -eu
program=$(readlink "/proc/$(cat "$1")/exe")
config=$(readlink -f "$2/current")
release=${program#*/releases/}
if [ "$release" = "$program" ]; then
  echo "$program lies in no release" >&2
  exit 1
fi
echo "${release%%/*} ${config##*/}"

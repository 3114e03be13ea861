#!/bin/sh
# How long a follower takes that was away for a while: for stores of 0.1, 1 and 10 million keys, 0.1 and 1 million missed writes.
. "$(dirname "$0")/common.sh"
sizes=${SIZES:-"100000 1000000 10000000"}
missed=${MISSED:-"100000 1000000"}
rounds=${ROUNDS:-3}
machine
jmh_classes
for keys in $sizes; do
  # shellcheck disable=SC2086 # several arguments
  "$java" --sun-misc-unsafe-memory-access=allow -Xmx2g -XX:MaxDirectMemorySize=4g \
    -cp "$classpath" \
    dev.slotstream.bench.ResumeRates "$keys" "$rounds" $missed 2>/dev/null | grep '^resume'
done

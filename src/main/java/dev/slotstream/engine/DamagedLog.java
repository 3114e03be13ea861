package dev.slotstream.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * A follower's log that was damaged when the shard was opened, and that was put aside: the shard is
 * a mixture until its leader has sent all of it.
 *
 * @param shard number
 * @param damage names file, offset and sequence, as they were
 * @param files the log, under the names that it has been kept by; empty when there was none
 */
public record DamagedLog(int shard, String damage, List<Path> files) {}

package dev.slotstream.kv;

import dev.slotstream.engine.RecoveryReport;
import dev.slotstream.engine.ShardStatus;
import java.time.Duration;
import java.util.List;

/**
 * The store's figures at one moment.
 *
 * @param storeId the store's name for itself, chosen at creation; the same on all its followers
 * @param epoch the present leadership
 * @param durability when a write is answered: fsync or os
 * @param shape what the store was made for
 * @param recovery how it was found when it was opened
 */
public record EngineStatus(
    String storeId,
    int epoch,
    String durability,
    Shape shape,
    Recovery recovery,
    List<ShardStatus> shards) {

  /**
   * What a store is made for.
   *
   * @param codec framed or exact
   * @param maxKeyBytes the longest key; in exact the only length
   * @param maxValueBytes the longest value; in exact the only length
   * @param slotBytes what one entry takes in the slot file
   */
  public record Shape(
      int shards,
      int shardPrefixBits,
      String codec,
      int maxKeyBytes,
      int maxValueBytes,
      int slotBytes) {}

  /**
   * How the store was found.
   *
   * @param created true when there was none
   * @param clean true when it had been closed
   * @param replayed log records written to their slots again
   * @param tornBytes bytes behind the last whole record that were cut
   * @param damagedSlots entries that cannot be read, as far as was known then
   * @param damagedLogs logs that a follower has put aside, to be sent everything by its leader
   * @param keptIndexes shards whose index was kept when they were closed, so that their entries
   *     were not read
   * @param tookSeconds how long opening took
   */
  public record Recovery(
      boolean created,
      boolean clean,
      long replayed,
      long tornBytes,
      int damagedSlots,
      List<DamagedLog> damagedLogs,
      int keptIndexes,
      double tookSeconds) {

    static Recovery of(RecoveryReport report) {
      return new Recovery(
          report.created(),
          report.clean(),
          report.replayed(),
          report.tornBytes(),
          report.damagedSlots(),
          report.damagedLogs().stream().map(DamagedLog::of).toList(),
          report.keptIndexes(),
          report.took().toNanos() / (double) Duration.ofSeconds(1).toNanos());
    }
  }

  /**
   * A log that was damaged.
   *
   * @param damage names file, offset and sequence
   * @param files what it is called now, in the shard's directory
   */
  public record DamagedLog(int shard, String damage, List<String> files) {
    static DamagedLog of(dev.slotstream.engine.DamagedLog found) {
      return new DamagedLog(
          found.shard(),
          found.damage(),
          found.files().stream().map(file -> file.getFileName().toString()).toList());
    }
  }
}

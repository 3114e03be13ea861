package dev.slotstream.replication;

import java.util.function.Supplier;

/** Who counts what replication does. Called on event loops: must be quick. */
public interface ReplicationMeter {
  /** Counts nothing. */
  ReplicationMeter NONE = new ReplicationMeter() {};

  /** A follower's session began; its status may be asked for until {@link #followerGone}. */
  default void followerConnected(String follower, int shard, Supplier<FollowerStatus> status) {}

  /** A follower's session ended. */
  default void followerGone(String follower, int shard, String reason) {}

  /** A session's stream of batches was subscribed to. */
  default void streamBegan(int shard) {}

  /** Its subscription was given up. */
  default void streamEnded(int shard) {}

  /** A leader's scan of all slots began. */
  default void scanStarted(int shard, String reason) {}

  /** Slots were sent by a scan. */
  default void slotsScanned(int shard, long slots) {}

  /** Events were sent out of the log. */
  default void eventsStreamed(int shard, long events) {}

  /** A peer sent something that is not allowed; its connection was closed. */
  default void frameRejected(String reason) {}

  /** A follower's link was made or lost. */
  default void linkLost(int shard, String reason) {}

  /** A follower put records away that its leader never had. */
  default void recordsKeptAside(int shard, long records) {}

  /** A follower received and committed events. */
  default void eventsApplied(int shard, long applied, long skipped) {}
}

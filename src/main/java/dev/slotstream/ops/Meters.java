package dev.slotstream.ops;

/**
 * The names of all meters and tags. No key and no address is ever a tag. Prometheus shows them with
 * underscores, counters with {@code _total}, timers with {@code _seconds}.
 */
public final class Meters {
  /** Timer: operations on keys, by {@link #OP} and {@link #OUTCOME}. */
  public static final String KV_OPERATIONS = "slotstream.kv.operations";

  /**
   * Gauge: operations that wait, by {@link #KIND}: followers (writes that wait for
   * acknowledgements), position (reads that wait for a position).
   */
  public static final String KV_WAITING = "slotstream.kv.waiting";

  /** Gauge: slots that are taken, by {@link #SHARD}. */
  public static final String SLOTS_USED = "slotstream.store.slots.used";

  /** Gauge: slots that exist, by {@link #SHARD}. */
  public static final String SLOTS_CAPACITY = "slotstream.store.slots.capacity";

  /** Gauge: slots whose checksum failed when the store was opened, by {@link #SHARD}. */
  public static final String SLOTS_DAMAGED = "slotstream.store.slots.damaged";

  /** Gauge: 1 while a shard takes writes, 0 once its disk has failed, by {@link #SHARD}. */
  public static final String WRITABLE = "slotstream.store.writable";

  /** Gauge: bytes, by {@link #SHARD} and {@link #KIND}: slots, log, memory. */
  public static final String STORE_BYTES = "slotstream.store.bytes";

  /**
   * Gauge: sequences, by {@link #SHARD} and {@link #KIND}: appended, durable, committed,
   * checkpoint, oldest.
   */
  public static final String LOG_SEQUENCE = "slotstream.log.sequence";

  /** How often all slots of a shard were read to find damage. */
  public static final String SCRUBS = "slotstream.slots.scrubs";

  /** Gauge: 1 when a follower's log was found damaged at the start, by {@link #SHARD}. */
  public static final String LOG_DAMAGED = "slotstream.log.damaged";

  /** Bytes appended to the log; from 0 again after a full sync. */
  public static final String LOG_APPENDED = "slotstream.log.appended.bytes";

  /** Counter: times that a log was forced to the disk, by {@link #SHARD}. */
  public static final String LOG_SYNCS = "slotstream.log.syncs";

  /** Counter: seconds spent in that, by {@link #SHARD}. */
  public static final String LOG_SYNC_SECONDS = "slotstream.log.sync.seconds";

  /** Counter: records that were brought to the disk by it, by {@link #SHARD}. */
  public static final String LOG_SYNC_RECORDS = "slotstream.log.sync.records";

  /** Gauge: 1 on a leader, 0 on a follower. */
  public static final String LEADER = "slotstream.leader";

  /** Gauge: the present leadership. */
  public static final String EPOCH = "slotstream.epoch";

  /** Gauge: sessions of followers, by {@link #STATE}. */
  public static final String FOLLOWERS = "slotstream.replication.followers";

  /** Counter: slots sent by scans, by {@link #SHARD}. */
  public static final String SCANNED_SLOTS = "slotstream.replication.scanned.slots";

  /** Counter: events sent out of the log, by {@link #SHARD}. */
  public static final String STREAMED_EVENTS = "slotstream.replication.streamed.events";

  /** Counter: scans begun, by {@link #SHARD} and {@link #REASON}. */
  public static final String SCANS = "slotstream.replication.scans";

  /**
   * Gauge: records committed here and not acknowledged, by {@link #FOLLOWER} and {@link #SHARD}; -1
   * during a scan.
   */
  public static final String LAG_RECORDS = "slotstream.replication.lag.records";

  /** Gauge: age of the oldest of them, by {@link #FOLLOWER} and {@link #SHARD}; -1 in a scan. */
  public static final String LAG_SECONDS = "slotstream.replication.lag.seconds";

  /**
   * Gauge: bytes of log that are not acknowledged, by {@link #FOLLOWER} and {@link #SHARD}; -1 when
   * not known, and in a scan.
   */
  public static final String LAG_BYTES = "slotstream.replication.lag.bytes";

  /** Gauge: the last sequence on a follower's disk, by {@link #FOLLOWER} and {@link #SHARD}. */
  public static final String DURABLE_SEQUENCE = "slotstream.replication.durable.sequence";

  /**
   * Gauge: seconds since a follower acknowledged something, by {@link #FOLLOWER} and {@link
   * #SHARD}; -1 when it never did.
   */
  public static final String ACK_AGE = "slotstream.replication.ack.age.seconds";

  /** Gauge: 1 while a follower is connected, else 0, by {@link #FOLLOWER} and {@link #SHARD}. */
  public static final String CONNECTED = "slotstream.replication.connected";

  /**
   * Gauge: the lowest of the highest slot versions that followers acknowledged, by {@link #SHARD}.
   */
  public static final String MIN_VERSION = "slotstream.replication.min.version";

  /**
   * Gauge: bytes that wait here until a follower's socket takes them, by {@link #FOLLOWER} and
   * {@link #SHARD}.
   */
  public static final String QUEUED_BYTES = "slotstream.replication.queued.bytes";

  /** Gauge: sessions' subscriptions to slots and log, by {@link #SHARD}. */
  public static final String STREAMS = "slotstream.replication.streams";

  /** Counter: frames that were not allowed, by {@link #REASON}. */
  public static final String REJECTED_FRAMES = "slotstream.replication.rejected.frames";

  /** Counter: sessions and links that ended, by {@link #REASON}. */
  public static final String DISCONNECTS = "slotstream.replication.disconnects";

  /** Gauge: links to the leader, by {@link #STATE}. */
  public static final String LINKS = "slotstream.replication.links";

  /** Gauge: seconds since the leader was heard, by {@link #SHARD}; -1 when it never was. */
  public static final String LINK_SILENCE = "slotstream.replication.link.silence.seconds";

  /**
   * Gauge: records that the leader has and this follower has not, by {@link #SHARD}; -1 when not
   * known.
   */
  public static final String LINK_LAG_RECORDS = "slotstream.replication.link.lag.records";

  /**
   * Gauge: bytes of the leader's log that this follower has not, by {@link #SHARD}; -1 when not
   * known.
   */
  public static final String LINK_LAG_BYTES = "slotstream.replication.link.lag.bytes";

  /**
   * Gauge: age of the oldest record that this follower has not, by {@link #SHARD}; 0 when it has
   * all, -1 when not known.
   */
  public static final String LINK_LAG_SECONDS = "slotstream.replication.link.lag.seconds";

  /** Counter: events from the leader that changed a slot, by {@link #SHARD}. */
  public static final String APPLIED_EVENTS = "slotstream.replication.applied.events";

  /** Counter: events from the leader that were not newer than their slot, by {@link #SHARD}. */
  public static final String SKIPPED_EVENTS = "slotstream.replication.skipped.events";

  /** Counter: records that a leader never had and that were kept aside, by {@link #SHARD}. */
  public static final String KEPT_ASIDE = "slotstream.replication.kept.aside.records";

  /** Gauge: backups that are being made. */
  public static final String BACKUPS_RUNNING = "slotstream.backups.running";

  /** Counter: backups that ended, or were refused, by {@link #REASON}. */
  public static final String BACKUPS = "slotstream.backups";

  /** Counter: bytes of backups that were sent. */
  public static final String BACKUP_BYTES = "slotstream.backups.sent.bytes";

  /** Tag: get, head, put, delete, expire. */
  public static final String OP = "op";

  /** Tag: ok, not-modified, or the name of a problem. */
  public static final String OUTCOME = "outcome";

  /** Tag: the shard's number. */
  public static final String SHARD = "shard";

  /** Tag: which of several figures. */
  public static final String KIND = "kind";

  /** Tag: what a session or a link is doing, in lower case. */
  public static final String STATE = "state";

  /** Tag: the follower's name, its host. */
  public static final String FOLLOWER = "follower";

  /** Tag: why, in a few fixed words. */
  public static final String REASON = "reason";

  private Meters() {}
}

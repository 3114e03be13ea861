package dev.slotstream.crash;

import static dev.slotstream.crash.CrashPoint.Anchor.AFTER;
import static dev.slotstream.crash.CrashPoint.Anchor.AMID;
import static dev.slotstream.crash.CrashPoint.Anchor.BEFORE;
import static dev.slotstream.crash.CrashPoint.Phase.CLOSING;
import static dev.slotstream.crash.CrashPoint.Phase.FOLLOWING;
import static dev.slotstream.crash.CrashPoint.Phase.OPENING;
import static dev.slotstream.crash.CrashPoint.Phase.REOPENING;
import static dev.slotstream.crash.CrashPoint.Phase.SYNCING;
import static dev.slotstream.crash.CrashPoint.Phase.WRITING;

import java.util.List;

/**
 * Where a process can be made to halt: before, after or in the middle of a call. A point that is
 * not in the code any more is never reached, and the campaign fails over it.
 */
public enum CrashPoint {
  APPEND_BEFORE(WRITING, 300, BEFORE, "engine/Committer", "append", "log/SegmentedLog", "append"),
  APPEND_TORN(WRITING, 300, AMID, "log/LogSegment", "write", Names.MEMORY, Names.COPY),
  APPEND_WITHOUT_LENGTH(WRITING, 300, AFTER, "log/LogSegment", "write", Names.MEMORY, Names.COPY),
  APPEND_AFTER(WRITING, 300, AFTER, "engine/Committer", "append", "log/SegmentedLog", "append"),
  FORCE_BEFORE(WRITING, 60, BEFORE, "log/SegmentedLog", "force", "log/LogSegment", "force"),
  FORCE_AFTER(WRITING, 60, AFTER, "log/SegmentedLog", "force", "log/LogSegment", "force"),
  MARK_AFTER(
      WRITING, 60, AFTER, "log/SegmentedLog", "noteForced", "log/LogSegment", "setDurableMark"),
  APPLY_BEFORE(WRITING, 60, BEFORE, "engine/Syncer", "forceOnce", Names.COMMITTER, "commitForced"),
  SLOT_BEGUN(WRITING, 300, BEFORE, "slot/ShardSlots", "occupy", Names.MEMORY, Names.COPY),
  SLOT_TORN(WRITING, 300, AMID, "slot/ShardSlots", "occupy", Names.MEMORY, Names.COPY),
  SLOT_WITHOUT_META(WRITING, 300, AFTER, "slot/ShardSlots", "occupy", Names.MEMORY, Names.COPY),
  SLOT_WRITTEN(WRITING, 300, AFTER, Names.APPLIER, "occupy", Names.SLOTS, "occupy"),
  SLOT_VACATED(WRITING, 60, AFTER, Names.APPLIER, "vacate", Names.SLOTS, "vacate"),
  APPLY_AFTER(WRITING, 60, AFTER, "engine/Syncer", "forceOnce", Names.COMMITTER, "commitForced"),
  ACK_BEFORE(WRITING, 300, BEFORE, Names.COMMITTER, "commitForced", Names.SUBMISSION, "finish"),
  ACK_AFTER(WRITING, 300, AFTER, Names.COMMITTER, "commitForced", Names.SUBMISSION, "finish"),

  GROW_BEFORE(WRITING, 4, BEFORE, Names.SLOT_FILE, "grow", Names.MAPPED, "extend"),
  GROW_LENGTHENED(WRITING, 6, AFTER, "file/DiskFile", "extend", "file/DiskFile", "lengthen"),
  GROW_EXTENDED(WRITING, 4, AFTER, Names.SLOT_FILE, "grow", Names.MAPPED, "extend"),
  GROW_COUNTED(WRITING, 4, BEFORE, Names.SLOT_FILE, "grow", Names.SLOT_FILE, "write"),
  GROW_AFTER(WRITING, 4, AFTER, Names.SLOT_FILE, "grow", Names.SLOT_FILE, "write"),

  SEGMENT_EXTENDED(WRITING, 6, AFTER, "log/LogSegment", "prepare", Names.MAPPED, "extend"),
  SPARE_WRITTEN(WRITING, 2, BEFORE, "file/DiskStorage", "create", "file/DiskStorage", "rename"),
  SPARE_NAMED(WRITING, 2, AFTER, "log/SegmentedLog", "prepare", "log/LogSegment", "spare"),
  ROLL_BEFORE(WRITING, 2, BEFORE, "log/SegmentedLog", "roll", "log/LogSegment", "begin"),
  ROLL_TORN(WRITING, 2, AMID, "log/LogSegment", "begin", Names.MEMORY, Names.COPY),
  ROLL_BEGUN(WRITING, 2, AFTER, "log/SegmentedLog", "roll", "log/LogSegment", "begin"),
  ROLL_FORCED(WRITING, 2, BEFORE, "log/LogSegment", "publish", Names.MAPPED, "rename"),
  ROLL_MOVED(WRITING, 6, AFTER, "file/DiskStorage", "rename", "java/nio/file/Files", "move"),
  ROLL_NAMED(WRITING, 2, AFTER, "log/LogSegment", "publish", Names.MAPPED, "rename"),

  CHECKPOINT_BEFORE(
      WRITING, 2, BEFORE, Names.CHECKPOINTER, "checkpoint", Names.SYNCER, "awaitForced"),
  CHECKPOINT_LOG_FORCED(
      WRITING, 2, AFTER, Names.CHECKPOINTER, "checkpoint", Names.SYNCER, "awaitForced"),
  CHECKPOINT_HISTORY_SAVED(
      WRITING, 2, AFTER, Names.CHECKPOINTER, "checkpoint", Names.HISTORY, "save"),
  CHECKPOINT_SLOTS_FORCED(WRITING, 5, AFTER, Names.SLOT_FILE, "checkpoint", Names.MAPPED, "force"),
  CHECKPOINT_TORN(WRITING, 5, AMID, "slot/SlotFileHeader", "write", Names.MEMORY, Names.COPY),
  CHECKPOINT_WRITTEN(WRITING, 5, AFTER, Names.SLOT_FILE, "write", "slot/SlotFileHeader", "write"),
  CHECKPOINT_FORCED(
      WRITING, 2, AFTER, Names.CHECKPOINTER, "checkpoint", Names.SLOT_FILE, "checkpoint"),
  PURGE_USED_NAMED(WRITING, 1, AFTER, "log/LogSegment", "clear", Names.MAPPED, "rename"),
  PURGE_USED_CLEARED(WRITING, 8, AFTER, "log/LogSegment", "clear", Names.MAPPED, "zero"),
  PURGE_USED_AGAIN(WRITING, 1, AFTER, "log/LogSegment", "again", Names.MAPPED, "rename"),
  PURGE_BEFORE(WRITING, 2, BEFORE, "log/SegmentedLog", "delete", Names.STORAGE, "delete"),
  PURGE_AFTER(WRITING, 2, AFTER, "log/SegmentedLog", "delete", Names.STORAGE, "delete"),

  RECOVERY_REPLAYING(OPENING, 1, BEFORE, "engine/ShardRecovery", "replay", Names.APPLIER, "replay"),
  RECOVERY_REPLAYED(OPENING, 2, BEFORE, "engine/ShardRecovery", "run", Names.SLOTS, "rebuild"),
  EPOCH_BEFORE(OPENING, 2, BEFORE, "engine/ShardRecovery", "lead", Names.HISTORY, "save"),
  EPOCH_WRITTEN(OPENING, 2, BEFORE, "file/DiskStorage", "replace", "file/DiskStorage", "rename"),
  EPOCH_AFTER(OPENING, 2, AFTER, "engine/ShardRecovery", "lead", Names.HISTORY, "save"),
  RECOVERY_IN_USE(OPENING, 1, AFTER, "engine/ShardRecovery", "begin", Names.SLOT_FILE, "markInUse"),
  RECOVERY_AFTER(OPENING, 1, AFTER, "engine/OpenedStore", "open", "engine/LastRun", "begin"),

  CLOSE_BEFORE(CLOSING, 1, BEFORE, "engine/EngineThreads", "close", Names.CHECKPOINTER, "stop"),
  CLOSE_WRITTEN(
      CLOSING, 1, AFTER, "engine/EngineThreads", "close", Names.CHECKPOINTER, "checkpointAll"),
  KEEP_BEFORE(CLOSING, 2, BEFORE, "slot/KeptIndex", "write", Names.STORAGE, "replace"),
  KEEP_WRITTEN(CLOSING, 2, BEFORE, "file/DiskStorage", "replace", "file/DiskStorage", "rename"),
  KEEP_AFTER(CLOSING, 2, AFTER, "slot/KeptIndex", "write", Names.STORAGE, "replace"),
  CLOSE_AFTER(CLOSING, 1, AFTER, "engine/EngineThreads", "close", Names.SLOT_FILE, "close"),

  KEPT_MAPPED(REOPENING, 2, AFTER, "slot/KeptIndex", "open", Names.STORAGE, "mapPrivately"),
  KEPT_ADOPTED(REOPENING, 2, AFTER, "engine/ShardRecovery", "run", Names.SLOTS, "adopt"),
  KEPT_DELETING(
      REOPENING, 1, BEFORE, "engine/ShardFiles", "deleteKeptIndex", Names.STORAGE, "delete"),
  KEPT_DELETED(
      REOPENING, 1, AFTER, "engine/ShardRecovery", "begin", Names.SHARD_FILES, "deleteKeptIndex"),
  KEPT_REVIEWED(REOPENING, 1, AFTER, "engine/IndexKeeping", "review", Names.SLOTS, "isAsKept"),

  FOLLOWER_APPEND_BEFORE(
      FOLLOWING, 200, BEFORE, Names.REPLICA, "append", Names.COMMITTER, "append"),
  FOLLOWER_APPEND_AFTER(FOLLOWING, 200, AFTER, Names.REPLICA, "append", Names.COMMITTER, "append"),
  FOLLOWER_BATCH_BEFORE(FOLLOWING, 6, BEFORE, Names.BATCH, "finish", Names.BATCH, "committed"),
  FOLLOWER_BATCH_AFTER(FOLLOWING, 6, AFTER, Names.BATCH, "finish", Names.BATCH, "committed"),
  SYNC_BEGINS(SYNCING, 2, BEFORE, Names.FULL_SYNC, "beginNow", Names.SLOT_FILE, "beginSync"),
  SYNC_DECLARED(SYNCING, 4, AFTER, Names.FULL_SYNC, "beginNow", Names.SLOT_FILE, "beginSync"),
  SYNC_LOG_DELETED(
      SYNCING, 2, AFTER, Names.FULL_SYNC, "beginNow", "engine/ShardFiles", "deleteLog"),
  SYNC_HISTORY_SAVED(SYNCING, 2, AFTER, Names.FULL_SYNC, "beginNow", Names.HISTORY, "save"),
  SYNC_LOG_BEGUN(SYNCING, 2, AFTER, Names.FULL_SYNC, "beginNow", Names.COMMITTER, "exchangeLog"),
  SYNC_SLOT_WRITTEN(SYNCING, 8, AFTER, Names.REPLICA, "writeSlot", Names.APPLIER, "apply"),
  SCAN_ENDED(SYNCING, 2, BEFORE, Names.FULL_SYNC, "endNow", Names.SLOT_FILE, "endSync"),
  SYNC_SLOTS_FORCED(SYNCING, 2, AFTER, Names.SLOT_FILE, "endSync", Names.MAPPED, "force"),
  SYNC_ENDED(SYNCING, 2, AFTER, Names.FULL_SYNC, "endNow", Names.SLOT_FILE, "endSync");

  /** Where a point stands to its call. */
  enum Anchor {
    BEFORE,
    /** Half of the bytes are copied. */
    AMID,
    AFTER
  }

  /** When a point is reached. */
  public enum Phase {
    /** While clients write to a store. */
    WRITING,
    /** While a store is opened that was not closed. */
    OPENING,
    /** While a store is closed. */
    CLOSING,
    /** While a store is opened that was closed. */
    REOPENING,
    /** While a follower takes its leader's records. */
    FOLLOWING,
    /** While a follower is sent all slots. */
    SYNCING
  }

  /** Names that come again and again. */
  private static final class Names {
    static final String MEMORY = "java/lang/foreign/MemorySegment";
    static final String COPY = "copy";
    static final String COMMITTER = "engine/Committer";
    static final String SYNCER = "engine/Syncer";
    static final String APPLIER = "engine/SlotApplier";
    static final String SUBMISSION = "engine/Submission";
    static final String CHECKPOINTER = "engine/Checkpointer";
    static final String HISTORY = "engine/HistoryFile";
    static final String REPLICA = "engine/ReplicaWriter";
    static final String BATCH = "engine/ReplicatedBatch";
    static final String SHARD_FILES = "engine/ShardFiles";
    static final String FULL_SYNC = "engine/FullSync";
    static final String SLOTS = "slot/ShardSlots";
    static final String SLOT_FILE = "slot/SlotFile";
    static final String MAPPED = "file/MappedFile";
    static final String STORAGE = "file/Storage";
  }

  private static final List<CrashPoint> ALL = List.of(values());

  private final Phase phase;
  private final int often;
  private final Anchor anchor;

  @SuppressWarnings("ImmutableEnumChecker") // a record of names
  private final CallSite site;

  /**
   * A point.
   *
   * @param often it is passed at least so often in a life that is not cut short
   */
  CrashPoint(
      Phase phase,
      int often,
      Anchor anchor,
      String owner,
      String method,
      String calledOwner,
      String called) {
    this.phase = phase;
    this.often = often;
    this.anchor = anchor;
    this.site = CallSite.of(owner, method, calledOwner, called);
  }

  /** Its number in woven code and in counters. */
  int number() {
    return ALL.indexOf(this);
  }

  /** All points of a phase. */
  public static List<CrashPoint> of(Phase phase) {
    return ALL.stream().filter(point -> point.phase == phase).toList();
  }

  /** How often it is passed for sure, before a life ends by itself. */
  public int often() {
    return often;
  }

  Anchor anchor() {
    return anchor;
  }

  CallSite site() {
    return site;
  }
}

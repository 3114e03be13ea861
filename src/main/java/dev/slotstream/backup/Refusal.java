package dev.slotstream.backup;

import java.io.Serial;
import java.util.Locale;

/** Why a node makes no backup, or does not go on with one. */
public final class Refusal extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** The reasons; their tags stand in problems, in broken off backups, in meters and in the log. */
  public enum Reason {
    /** As many backups are being made as may be. */
    TOO_MANY_BACKUPS,
    /** What says where to go on cannot be read. */
    BAD_BACKUP_TOKEN,
    /** The backup was begun from another store. */
    FOREIGN_BACKUP,
    /** What the backup holds so far is not part of this node's history. */
    BACKUP_OUTDATED,
    /** The log does not hold any more what the backup still needs. */
    LOG_PURGED,
    /** This node has not got as far as the backup yet, or is in a full sync. */
    NOT_CAUGHT_UP,
    /** Records are in the log and do not get committed: the disk hangs or failed. */
    NOT_COMMITTED,
    /** The log cannot be read. */
    LOG_DAMAGED,
    /** The client takes nothing. */
    STALLED,
    /** The node goes down. */
    SHUTTING_DOWN;

    /** The reason in lower case with hyphens. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  Refusal(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}

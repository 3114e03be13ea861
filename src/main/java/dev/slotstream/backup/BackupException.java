package dev.slotstream.backup;

import java.io.Serial;
import java.util.Locale;

/** Why a backup cannot be used, or could not be made. */
public final class BackupException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String reason;

  /** What is wrong, and so what can be done. */
  public enum Kind {
    /** The file does not begin as a backup does. */
    NOT_A_BACKUP,
    /** It was made by a later version. */
    UNKNOWN_VERSION,
    /** It ends early: the backup can be gone on with. */
    TRUNCATED,
    /** A checksum fails, or what was read contradicts itself. */
    DAMAGED,
    /** The node ended it, and said why. */
    BROKEN_OFF,
    /** Slots were damaged on the node: the backup is not all of the store. */
    DAMAGED_SLOTS,
    /** Something is where the backup, or the store, would have to go. */
    IN_THE_WAY,
    /** The file of the backup cannot be written. */
    NOT_WRITTEN,
    /** The node refuses to make it. */
    REFUSED,
    /** The store that it is restored to failed. */
    STORE_FAILED;

    /** The kind in lower case with hyphens: stable, for scripts. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The message says where, with what was expected and found. */
  public BackupException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.reason = "";
  }

  /** With what caused it. */
  public BackupException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.reason = "";
  }

  /** With the tag of the node's reason. */
  BackupException(Kind kind, String reason, String message) {
    super(message);
    this.kind = kind;
    this.reason = reason;
  }

  /** The tag of the node's reason, where it gave one; else empty. */
  String reason() {
    return reason;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }
}

package dev.slotstream.backup;

/** Told what becomes of backups. Any thread. */
public interface BackupMeter {
  /** Bytes were sent. */
  void sent(long bytes);

  /**
   * A backup ended, or was refused.
   *
   * @param reason "complete", "disconnected", or the tag of a {@link Refusal.Reason}
   */
  void ended(String reason);
}

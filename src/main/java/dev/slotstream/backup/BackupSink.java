package dev.slotstream.backup;

import java.util.concurrent.CompletionStage;

/** Where a backup goes. Called from the thread that makes it, one call after the other. */
public interface BackupSink {
  /** No backup: nothing was written. The last call. */
  void refuse(Refusal why);

  /**
   * Takes the next bytes.
   *
   * @return done when they are on their way; fails when nobody wants them any more
   */
  CompletionStage<Void> write(byte[] bytes);

  /** All was written. The last call. */
  void end();

  /** The backup ends early; whoever gets it must notice. The last call. */
  void abort();
}

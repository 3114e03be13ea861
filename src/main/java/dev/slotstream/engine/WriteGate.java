package dev.slotstream.engine;

import dev.slotstream.engine.EngineException.WriteGateShut;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a shard takes writes. It opens once and shuts for good: after a failed force nobody knows
 * what is on disk, and a second try could claim success for lost bytes.
 */
final class WriteGate {
  private final AtomicReference<EngineException> shut = new AtomicReference<>();

  /** Null while the gate is open. */
  EngineException reason() {
    return shut.get();
  }

  /** A failure of the disk stands against everything; any other reason gives way to it. */
  void shut(EngineException reason) {
    shut.updateAndGet(before -> before instanceof WriteGateShut ? before : reason);
  }

  /** True when the disk failed. */
  boolean failed() {
    return shut.get() instanceof WriteGateShut;
  }
}

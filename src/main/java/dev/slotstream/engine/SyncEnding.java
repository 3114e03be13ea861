package dev.slotstream.engine;

/** Told on a thread of the engine's when a step of a full sync has ended; must not block. */
@FunctionalInterface
public interface SyncEnding {
  /**
   * The step has ended.
   *
   * @param aside what was put away by it
   * @param failure null when the step was done
   */
  void ended(KeptAside aside, EngineException failure);
}

package dev.slotstream.engine;

/** Who wants to know what happens on a shard; called without its lock. */
interface CommitSignals {
  /** Room runs low, or somebody waits for some. */
  void roomWanted();

  /** Records wait for the disk. */
  void forceWanted();

  /** More records are committed. */
  void committed();
}

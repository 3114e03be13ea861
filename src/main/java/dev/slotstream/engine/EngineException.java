package dev.slotstream.engine;

import java.io.Serial;

/** Why the engine did not do what it was asked. Each kind says who must act. */
public abstract sealed class EngineException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private EngineException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The configuration does not fit the data directory: the operator must change one of them. */
  public static final class Mismatch extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names both values. */
    public Mismatch(String message) {
      super(message, null);
    }
  }

  /** Another process has the data directory open. */
  public static final class InUse extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names the lock file. */
    public InUse(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** What is on disk contradicts itself: the operator must restore or repair it. */
  public static final class Corrupt extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names file, offset and sequence. */
    public Corrupt(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** One slot's checksum fails: its key cannot be read until it is written again. */
  public static final class Damaged extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names shard, slot and version. */
    public Damaged(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The disk is full: the write was not done; it can be repeated once there is room. */
  public static final class DiskFull extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names file and size. */
    public DiskFull(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Too many writes wait already: this one was not done and can be repeated. */
  public static final class Overloaded extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names the limit. */
    public Overloaded(String message) {
      super(message, null);
    }
  }

  /**
   * The disk failed, and the shard takes no more writes until the process is started again. Writes
   * that waited for the disk may or may not be there after that.
   */
  public static final class WriteGateShut extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message says what failed. */
    public WriteGateShut(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A leader's batch does not fit what is here already: nothing of it was done. */
  public static final class OutOfSequence extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names both sequences. */
    public OutOfSequence(String message) {
      super(message, null);
    }
  }

  /** The engine is closing or closed. */
  public static final class Closed extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** No details: there is nothing to find out. */
    public Closed() {
      super("engine is closed", null);
    }
  }

  /** Reading or writing a file failed while the store was opened or closed. */
  public static final class IoFailed extends EngineException {
    @Serial private static final long serialVersionUID = 1L;

    /** The message names the file and what was tried. */
    public IoFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

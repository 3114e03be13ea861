package dev.slotstream.kv;

/** Who counts operations. Called on request and engine threads: must be quick. */
public interface OperationMeter {
  /** Counts nothing. */
  OperationMeter NONE = (operation, outcome, nanos) -> {};

  /** The outcome of an operation that did what it was asked. */
  String OK = "ok";

  /** The outcome of a read whose reader had the value already. */
  String NOT_MODIFIED = "not-modified";

  /** What can be done with a key. */
  enum Operation {
    /** Reading a value. */
    GET,
    /** Reading what is known of a value. */
    HEAD,
    /** Storing a value. */
    PUT,
    /** Removing a value. */
    DELETE,
    /** Removing a value whose time is over. */
    EXPIRE
  }

  /**
   * An operation ended.
   *
   * @param outcome {@link #OK}, {@link #NOT_MODIFIED}, or {@link KvError#name}
   * @param nanos that it took
   */
  void ended(Operation operation, String outcome, long nanos);
}

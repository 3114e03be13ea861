package dev.slotstream.crash;

import java.util.Arrays;

/**
 * What one client asked of one key, and what it was told. Values are numbers that are written once;
 * 0 stands for "no value". Times are those of the machine's monotonic clock, in nanoseconds.
 *
 * @param expected the value that a conditional operation demands, otherwise 0
 * @param value that is written, or was read
 * @param returned when the answer came; of an operation without an answer, when the node was gone
 */
public record Operation(
    String key,
    int client,
    Kind kind,
    long expected,
    long value,
    Outcome outcome,
    long called,
    long returned) {

  /** What is asked. */
  public enum Kind {
    GET(1, "get"),
    PUT(2, "put"),
    PUT_IF_ABSENT(3, "put-if-absent"),
    PUT_IF(4, "put-if"),
    DELETE(5, "delete"),
    DELETE_IF(6, "delete-if");

    private final int code;
    private final String name;

    Kind(int code, String name) {
      this.code = code;
      this.name = name;
    }

    /** Its number in an {@link OperationLog}, from 1. */
    int code() {
      return code;
    }

    static Kind of(int code) {
      return Arrays.stream(values()).filter(e -> e.code == code).findFirst().orElseThrow();
    }
  }

  /** What was told. */
  public enum Outcome {
    /** It was done. */
    OK(1, "ok"),
    /** It was not done: the condition did not hold, or there was nothing to delete. */
    REFUSED(2, "refused"),
    /** Nothing was told: it was done once, or not at all. */
    MAYBE(3, "maybe");

    private final int code;
    private final String name;

    Outcome(int code, String name) {
      this.code = code;
      this.name = name;
    }

    /** Its number in an {@link OperationLog}, from 1. */
    int code() {
      return code;
    }

    static Outcome of(int code) {
      return Arrays.stream(values()).filter(e -> e.code == code).findFirst().orElseThrow();
    }
  }

  /** What was found under a key at a time when nobody else was there. */
  static Operation found(String key, long value, long called, long returned) {
    return new Operation(key, 0, Kind.GET, 0, value, Outcome.OK, called, returned);
  }

  /** The same as a beginning. */
  static Operation given(String key, long value, long time) {
    return new Operation(key, 0, Kind.PUT, 0, value, Outcome.OK, time, time);
  }

  /** Nobody will ever answer it: the node is gone. */
  public Operation unanswered(long goneAt) {
    return new Operation(key, client, kind, expected, value, Outcome.MAYBE, called, goneAt);
  }

  /** One line for the checker. */
  String line(int round) {
    return "%d,%s,%d,%s,%d,%d,%s,%d,%d"
        .formatted(round, key, client, kind.name, expected, value, outcome.name, called, returned);
  }
}

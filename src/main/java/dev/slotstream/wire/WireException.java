package dev.slotstream.wire;

import java.util.Locale;

/**
 * The peer sent bytes that are not the protocol. The connection cannot go on: where the next frame
 * starts is no longer known.
 */
public final class WireException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What was wrong, coarse enough to be counted by. */
  public enum Reason {
    /** No frame has this type code. */
    UNKNOWN_TYPE,
    /** The type exists, but this side never receives it. */
    UNEXPECTED_TYPE,
    /** The announced length is outside the bounds of its type. */
    BAD_LENGTH,
    /** The payload does not hold what its own fields announce. */
    BAD_CONTENT,
    /** The payload is not what its checksum was taken from. */
    BAD_CHECKSUM;

    private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The value of a metric's tag: lower case, never changing. */
    public String tag() {
      return tag;
    }
  }

  private final Reason reason;

  WireException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Short for {@code reason().tag()}. */
  public String tag() {
    return reason.tag();
  }
}

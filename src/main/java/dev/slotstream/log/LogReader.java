package dev.slotstream.log;

import dev.slotstream.log.LogException.Kind;

/**
 * Reads records in order from a sequence on, beside the appender, without a lock. Belongs to one
 * thread at a time; holds the segment it is in until it goes on or is closed.
 */
public final class LogReader implements AutoCloseable {
  private final SegmentedLog log;
  private final LogRecord record;
  private LogSegment segment;
  private int position;
  private long next;

  LogReader(SegmentedLog log, LogSegment held, long fromSequence, LogRecord record)
      throws LogException {
    this.log = log;
    this.record = record;
    this.segment = held;
    long ordinal = fromSequence - held.firstSequence();
    long known = held.markedOrdinal(ordinal);
    this.position = held.markedPosition(known);
    this.next = held.firstSequence() + known;
    try {
      skipTo(fromSequence);
    } catch (LogException e) {
      close();
      throw e;
    }
  }

  private void skipTo(long sequence) throws LogException {
    while (next < sequence) {
      int length = segment.lengthAt(position);
      if (length == 0) {
        return; // The sequence is the next one of a later segment, or was not appended yet.
      }
      if (!LogLayout.plausible(length, record.capacity())) {
        throw damaged("record length is out of range, length=" + length);
      }
      segment.markPosition(next - segment.firstSequence(), position);
      position += length;
      next++;
    }
  }

  /** The sequence of the record that {@link #next} reads. */
  public long nextSequence() {
    return next;
  }

  /** Where that record begins, counted as {@link SegmentedLog#endOffset} is. */
  public long offset() {
    return segment.offsetOf(position);
  }

  /** The record that was read last; valid until the next call. */
  public LogRecord record() {
    return record;
  }

  /**
   * Reads the next record if it is at or below {@code limit}, which must not be above what was
   * appended.
   *
   * @throws LogException DAMAGED when the record is not whole, MISSING when it was purged
   */
  public boolean next(long limit) throws LogException {
    if (next > limit) {
      return false;
    }
    int length = segment.lengthAt(position);
    if (length == 0) {
      goOn();
      length = segment.lengthAt(position);
    }
    if (!segment.read(position, length, record) || !record.intact() || record.sequence() != next) {
      throw damaged("record is not whole, length=" + length);
    }
    segment.markPosition(next - segment.firstSequence(), position);
    position += length;
    next++;
    return true;
  }

  private void goOn() throws LogException {
    LogSegment following = log.holdSegment(next);
    if (following == null) {
      throw next < log.oldestSequence()
          ? new LogException(
              Kind.MISSING,
              "record is not in the log any more, sequence=%d oldest=%d"
                  .formatted(next, log.oldestSequence()))
          : damaged("records end early");
    }
    segment.letGo();
    segment = following;
    position = LogLayout.HEADER_SIZE;
  }

  private LogException damaged(String why) {
    log.foundDamaged(next);
    return new LogException(
        Kind.DAMAGED,
        "%s, file=%s offset=%d sequence=%d".formatted(why, segment.path(), position, next));
  }

  @Override
  public void close() {
    if (segment != null) {
      segment.letGo();
      segment = null;
    }
  }
}

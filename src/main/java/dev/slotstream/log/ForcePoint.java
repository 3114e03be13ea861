package dev.slotstream.log;

/** How far the log reached at one moment: what a force brings to the disk. */
public final class ForcePoint {
  private final long sequence;
  private final LogSegment segment;
  private final int position;

  ForcePoint(long sequence, LogSegment segment, int position) {
    this.sequence = sequence;
    this.segment = segment;
    this.position = position;
  }

  /** Sequence of the last record. */
  public long sequence() {
    return sequence;
  }

  LogSegment segment() {
    return segment;
  }

  int position() {
    return position;
  }
}

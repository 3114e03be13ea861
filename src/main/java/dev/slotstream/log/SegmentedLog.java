package dev.slotstream.log;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A shard's log. Sequences start at 1 and have no gaps.
 *
 * <p>Threads: {@link #append} and {@link #forcePoint} belong to the shard's writer; {@link #force}
 * to one forcing thread; {@link #prepare} to one preparing thread; {@link #purge} to one purging
 * thread; readers are anyone's. An append is a copy into memory that was prepared before: it never
 * waits for the disk, and answers false when nothing is prepared.
 */
public final class SegmentedLog implements AutoCloseable {
  private final LogOptions options;
  private final LogVerdict verdict;
  private final int step;

  private volatile LogSegment[] segments;
  private volatile LogSegment spare;

  /** Purged, cleared, and waiting to be the next spare one. */
  private volatile LogSegment used;

  private volatile LogSegment active;
  private volatile int tail;
  private volatile long appended;
  private volatile long appendedBytes;
  private volatile long durable;

  /** The last record that a reader has found damaged; 0 for none. */
  private volatile long damaged;

  private LogSegment forcedSegment;
  private int forcedPosition;

  private SegmentedLog(LogOptions options, LogOpening opening, LogVerdict verdict) {
    List<LogSegment> found = opening.segments();
    this.options = options;
    this.verdict = verdict;
    this.step = options.step();
    this.segments = found.toArray(new LogSegment[0]);
    this.active = found.getLast();
    this.tail = opening.position();
    this.appended = verdict.lastSequence();
    // Those before it end below the checkpoint, which was written once they were on disk.
    this.forcedSegment = found.get(opening.firstRead());
    this.forcedPosition = 0;
    long offset = (long) LogLayout.HEADER_SIZE - tail;
    active.setOffset(offset);
    for (int s = segments.length - 2; s >= 0; s--) {
      offset -= segments[s].end() - LogLayout.HEADER_SIZE;
      segments[s].setOffset(offset);
    }
  }

  /**
   * Opens a log, or begins one behind the checkpoint.
   *
   * @param checkpoint the sequence up to which the slots hold everything
   * @param closed true when nothing above the checkpoint was ever written: only then may there be
   *     no log at all
   * @param sink gets every record above the checkpoint, in order
   * @throws LogException when records that had been on disk are damaged or missing
   */
  public static SegmentedLog open(
      LogOptions options, long checkpoint, boolean closed, RecordSink sink) throws IOException {
    LogOpening opening = new LogOpening(options, checkpoint, closed, sink);
    SegmentedLog log = new SegmentedLog(options, opening, opening.run());
    try {
      // What was found may be in the kernel's memory only: from here on it counts as on disk.
      if (opening.begun()) {
        log.force(log.forcePoint());
      } else {
        log.noteForced(log.forcePoint()); // each segment was, before it was read
      }
      return log;
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** How the log was found. */
  public LogVerdict verdict() {
    return verdict;
  }

  /** The last record's sequence; 0 when there was none ever. */
  public long appendedSequence() {
    return appended;
  }

  /** Every record up to this sequence is on disk. */
  public long durableSequence() {
    return durable;
  }

  /** The first sequence that can still be read. */
  public long oldestSequence() {
    return segments[0].firstSequence();
  }

  /** The first sequence from which all records can be read, as far as is known. */
  public long firstReadable() {
    return Math.max(oldestSequence(), damaged + 1);
  }

  /** A reader has found a record damaged. */
  synchronized void foundDamaged(long sequence) {
    damaged = Math.max(damaged, sequence);
  }

  /** Bytes of all segments' files. */
  public long bytes() {
    long bytes = 0;
    for (LogSegment segment : segments) {
      bytes += segment.prepared();
    }
    return bytes;
  }

  /**
   * Where the log ends, in bytes of records since it was opened. What was there before stands below
   * 0, so that the bytes between two places can be told.
   */
  public long endOffset() {
    return appendedBytes;
  }

  /** A buffer for this log's records. */
  public LogRecord newRecord() {
    return options.newRecord();
  }

  /**
   * Appends a record that has its header, key and value; gives it its sequence.
   *
   * @return false when there is no room prepared; nothing has changed
   */
  public boolean append(LogRecord record) {
    LogSegment segment = active;
    int at = tail;
    int length = record.length();
    if (at + length > segment.prepared()) {
      segment = at + length > segment.size() ? roll() : null;
      if (segment == null) {
        return false;
      }
      at = LogLayout.HEADER_SIZE;
    }
    long sequence = appended + 1;
    record.seal(sequence, durable);
    segment.write(at, record);
    tail = at + length;
    long bytes = appendedBytes + length;
    appendedBytes = bytes;
    appended = sequence;
    return true;
  }

  /** Goes on to the spare segment, or answers null when there is none. */
  private synchronized LogSegment roll() {
    LogSegment next = spare;
    if (next == null) {
      return null;
    }
    next.begin(appended + 1);
    next.setOffset(appendedBytes);
    active.setEnd(tail);
    LogSegment[] longer = Arrays.copyOf(segments, segments.length + 1);
    longer[longer.length - 1] = next;
    segments = longer;
    tail = LogLayout.HEADER_SIZE; // before: whoever prepares must not take the old one for its own
    active = next;
    spare = null;
    return next;
  }

  /** True when {@link #prepare} should run soon. For the writer, after an append. */
  public boolean wantsPreparing() {
    LogSegment segment = active;
    int ready = segment.ready();
    return ready - tail < step && (ready < segment.size() || spare == null);
  }

  /**
   * Makes room for further appends, ahead of them.
   *
   * @throws dev.slotstream.file.NoSpaceException when the disk is full; appends go on as far as
   *     there is room
   */
  public void prepare() throws IOException {
    // Asked first: only then is it sure that no begun segment still has the spare one's name.
    boolean noSpare = spare == null;
    for (LogSegment segment : segments) {
      segment.publish();
    }
    LogSegment segment = active;
    int at = tail; // of this segment, or the beginning of the next one
    if (segment.ready() < segment.size()) {
      segment.prepare(at, Math.max(segment.ready(), at) + step);
    }
    if (segment.prepared() == segment.size() && noSpare) {
      LogSegment again = used;
      spare = again == null ? LogSegment.spare(options) : again.again();
      used = null; // last: only now is its name free for another
    }
  }

  /** How far the log reaches now. For the writer. */
  public ForcePoint forcePoint() {
    return new ForcePoint(appended, active, tail);
  }

  /**
   * Brings everything up to this point to the disk. After a failure the log must not be used any
   * more: what the kernel did with the pages is not known.
   */
  public void force(ForcePoint point) throws IOException {
    for (LogSegment segment : segments) {
      if (segment.firstSequence() < forcedSegment.firstSequence()) {
        continue;
      }
      int from = segment == forcedSegment ? forcedPosition : 0;
      int to = segment == point.segment() ? point.position() : segment.end();
      if (to > from) {
        segment.force(from, to);
      }
      segment.publish();
      if (segment == point.segment()) {
        break;
      }
    }
    noteForced(point);
  }

  private void noteForced(ForcePoint point) {
    // Also in the segments that the log has left since: they tell when a later one gets lost.
    for (LogSegment segment : segments) {
      if (segment.firstSequence() >= forcedSegment.firstSequence()
          && segment.firstSequence() <= point.segment().firstSequence()) {
        segment.setDurableMark(point.sequence());
      }
    }
    forcedSegment = point.segment();
    forcedPosition = point.position();
    // Last: once the sequence is known as durable, segments before it may be purged.
    durable = point.sequence();
  }

  /**
   * Begins to read at a sequence.
   *
   * @return null when that sequence is not in the log any more
   */
  public LogReader reader(long fromSequence) throws LogException {
    LogSegment[] now = segments;
    for (int s = now.length - 1; s >= 0; s--) {
      if (now[s].firstSequence() <= fromSequence && now[s].hold()) {
        return new LogReader(this, now[s], fromSequence, options.newRecord());
      }
    }
    return null;
  }

  /** The segment that begins with this sequence, held for a reader; null when there is none. */
  LogSegment holdSegment(long firstSequence) {
    for (LogSegment segment : segments) {
      if (segment.firstSequence() == firstSequence && segment.hold()) {
        return segment;
      }
    }
    return null;
  }

  /**
   * Lets the oldest segments go, as long as all their records are at or below {@code sequence} and
   * the retention allows it. One of them is kept to be used again: its blocks are on disk and its
   * pages in memory, which costs a new one most of its time. The others are deleted.
   *
   * @param sequence up to which recovery does not need the log
   * @param needed the first sequence that somebody still wants to read
   * @return how many were let go
   */
  public int purge(long sequence, long needed, LogRetention retention) throws IOException {
    int purged = 0;
    LogSegment oldest = removeOldest(sequence, needed, retention);
    while (oldest != null) {
      if (used == null && oldest.retire()) {
        used = cleared(oldest);
      } else {
        delete(oldest);
      }
      purged++;
      oldest = removeOldest(sequence, needed, retention);
    }
    return purged;
  }

  private static LogSegment cleared(LogSegment retired) throws IOException {
    try {
      retired.clear();
      return retired;
    } catch (IOException | RuntimeException e) {
      retired.discard();
      throw e;
    }
  }

  private void delete(LogSegment segment) throws IOException {
    try {
      options.storage().delete(segment.path());
    } finally {
      segment.letGo(); // nobody else will, whether its file is gone or not
    }
  }

  private synchronized LogSegment removeOldest(long sequence, long needed, LogRetention retention) {
    LogSegment[] now = segments;
    if (now.length < 2 || now[1].firstSequence() > Math.min(sequence + 1, durable)) {
      return null;
    }
    boolean wanted = now[1].firstSequence() > needed;
    if (!retention.letsGo(bytes(), now[0].prepared(), wanted)) {
      return null;
    }
    segments = Arrays.copyOfRange(now, 1, now.length);
    return now[0];
  }

  /** Unmaps all segments. The caller has forced what must be on disk. */
  @Override
  public void close() {
    for (LogSegment segment : segments) {
      segment.letGo();
    }
    if (spare != null) {
      spare.letGo();
    }
    if (used != null) {
      used.discard();
    }
  }
}

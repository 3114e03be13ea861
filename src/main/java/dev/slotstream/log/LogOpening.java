package dev.slotstream.log;

import dev.slotstream.file.Storage;
import dev.slotstream.log.LogException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log from the checkpoint's segment to its end, hands out the records above the checkpoint,
 * and repairs the tail by the table of {@link TailRepair}. One thread, once, before anyone else has
 * the log.
 */
final class LogOpening {
  private final LogOptions options;
  private final long checkpoint;
  private final boolean closed;
  private final RecordSink sink;
  private final LogRecord record;
  private final List<LogSegment> segments = new ArrayList<>();

  private boolean begun;
  private int firstRead;
  private long expected;
  private int position;
  private long replayed;
  private long tornBytes;

  LogOpening(LogOptions options, long checkpoint, boolean closed, RecordSink sink) {
    this.options = options;
    this.checkpoint = checkpoint;
    this.closed = closed;
    this.sink = sink;
    this.record = options.newRecord();
  }

  /** The segments in order, the last one being where the log goes on; at least one. */
  List<LogSegment> segments() {
    return segments;
  }

  /** True when there was no log, and one begins. */
  boolean begun() {
    return begun;
  }

  /** Which of the segments is the first that was read: those before it are on disk. */
  int firstRead() {
    return firstRead;
  }

  /** Where the next record goes in the last segment. */
  int position() {
    return position;
  }

  LogVerdict run() throws IOException {
    try {
      openSegments();
      if (segments.isEmpty()) {
        begin();
      } else {
        replay();
      }
      segments.getLast().trim(position);
      segments.forEach(LogSegment::unload);
      return new LogVerdict(expected - 1, replayed, tornBytes);
    } catch (IOException | RuntimeException e) {
      segments.forEach(LogSegment::letGo);
      throw e;
    }
  }

  private void openSegments() throws IOException {
    Path begun = null;
    for (Path path : options.storage().list(options.directory())) {
      if (SegmentNames.isNext(path)) {
        begun = path;
      } else if (SegmentNames.isUsed(path)) {
        options.storage().delete(path);
      } else if (SegmentNames.isSegment(path)) {
        segments.add(LogSegment.open(options, path));
      }
    }
    if (begun != null) {
      openBegun(begun);
    }
  }

  /** The log had gone on to a segment whose final name was not given yet, or it is only spare. */
  private void openBegun(Path path) throws IOException {
    LogSegment segment = LogSegment.openSpare(options, path);
    if (segment.firstSequence() == 0) {
      drop(segment);
    } else {
      segments.add(segment);
      segment.publish();
    }
  }

  /** It was never begun, or its header, which the first force brings to the disk, is not there. */
  private void drop(LogSegment spare) throws IOException {
    try {
      refuseForced(spare);
      keep(spare, 0);
    } finally {
      spare.letGo();
    }
    options.storage().delete(spare.path());
  }

  /** A record that was appended when an earlier one in its segment had been forced tells so. */
  private void refuseForced(LogSegment headless) throws LogException {
    long first = Long.MAX_VALUE;
    for (int at = LogLayout.HEADER_SIZE; at < headless.prepared(); at += LogLayout.ALIGNMENT) {
      int length = headless.lengthAt(at);
      if (length != 0 && headless.read(at, length, record) && record.intact()) {
        first = Math.min(first, record.sequence());
        if (record.durable() >= first) {
          throw new LogException(
              Kind.DAMAGED,
              "segment header is damaged, file=%s offset=0 sequence=%d forcedUpTo=%d"
                  .formatted(headless.path(), first, record.durable()));
        }
      }
    }
  }

  private void replay() throws IOException {
    int first = 0;
    while (first + 1 < segments.size()
        && segments.get(first + 1).firstSequence() <= checkpoint + 1) {
      segments.get(first).setEnd(segments.get(first).prepared());
      first++;
    }
    firstRead = first;
    LogSegment start = segments.get(first);
    if (start.firstSequence() > checkpoint + 1) {
      throw new LogException(
          Kind.MISSING,
          "log does not reach back to the checkpoint, directory=%s firstSequence=%d checkpoint=%d"
              .formatted(options.directory(), start.firstSequence(), checkpoint));
    }
    expected = start.firstSequence();
    for (int s = first; s < segments.size(); s++) {
      LogSegment segment = segments.get(s);
      if (segment.firstSequence() != expected) {
        repair(s - 1);
        return;
      }
      // What the sink writes to slots must not outrun what is on disk here, either.
      segment.force(0, segment.prepared());
      if (!replay(segment)) {
        repair(s);
        return;
      }
      segment.setEnd(position);
    }
    repair(segments.size() - 1);
  }

  /** False when the records end in something that is neither zeros nor the segment's end. */
  private boolean replay(LogSegment segment) throws IOException {
    position = LogLayout.HEADER_SIZE;
    for (int length = segment.lengthAt(position); length != 0; ) {
      if (!segment.read(position, length, record)
          || !record.intact()
          || record.sequence() != expected) {
        return false;
      }
      segment.markPosition(expected - segment.firstSequence(), position);
      if (expected > checkpoint) {
        sink.accept(record);
        replayed++;
      }
      expected++;
      position += length;
      length = segment.lengthAt(position);
    }
    return true;
  }

  /** Decides about everything behind {@link #position} of this segment. */
  private void repair(int at) throws IOException {
    LogSegment segment = segments.get(at);
    boolean zeros = segment.usedEnd(position) == position;
    long durable = checkpoint; // a checkpoint is written only after the log was forced that far
    for (LogSegment any : segments) {
      durable = Math.max(durable, any.durableMark());
    }
    if (!zeros) {
      durable = Math.max(durable, durableBehind(segment, position));
    }
    for (int later = at + 1; later < segments.size(); later++) {
      durable = Math.max(durable, durableBehind(segments.get(later), LogLayout.HEADER_SIZE));
    }
    boolean onlyZeros = zeros && at == segments.size() - 1;
    switch (TailRepair.decide(onlyZeros, expected, durable)) {
      case CLEAN -> {
        return;
      }
      case DAMAGED ->
          throw new LogException(
              Kind.DAMAGED,
              "log is damaged, file=%s offset=%d sequence=%d forcedUpTo=%d"
                  .formatted(segment.path(), position, expected, durable));
      case TORN -> cut(at);
    }
  }

  /** The highest durable field of any valid record behind a place that is not valid itself. */
  private long durableBehind(LogSegment segment, int from) {
    long durable = 0;
    for (int at = from; at < segment.prepared(); at += LogLayout.ALIGNMENT) {
      int length = segment.lengthAt(at);
      if (length != 0
          && segment.sequenceAt(at) > expected
          && segment.read(at, length, record)
          && record.intact()) {
        durable = Math.max(durable, record.durable());
      }
    }
    return durable;
  }

  /** Keeps a copy of what is cut, then makes sure that it never comes back. */
  private void cut(int at) throws IOException {
    Storage storage = options.storage();
    for (int later = segments.size() - 1; later > at; later--) {
      LogSegment gone = segments.remove(later);
      keep(gone, 0);
      gone.letGo();
      storage.delete(gone.path());
    }
    LogSegment segment = segments.get(at);
    keep(segment, position);
    segment.clearFrom(position);
  }

  private void keep(LogSegment segment, int from) throws IOException {
    int end = segment.usedEnd(from);
    if (end > from) {
      Path copy = segment.path().resolveSibling(segment.path().getFileName() + ".torn-" + from);
      options.storage().replace(copy, segment.bytes(from, end));
      tornBytes += end - from;
    }
  }

  /** There is no log: it begins behind the checkpoint. */
  private void begin() throws IOException {
    if (!closed) {
      throw new LogException(
          Kind.MISSING,
          "log is missing and the store was not closed, directory=%s checkpoint=%d"
              .formatted(options.directory(), checkpoint));
    }
    begun = true;
    expected = checkpoint + 1;
    position = LogLayout.HEADER_SIZE;
    LogSegment first = LogSegment.spare(options);
    segments.add(first);
    first.begin(expected);
    first.publish();
  }
}

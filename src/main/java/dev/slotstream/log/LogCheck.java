package dev.slotstream.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads all of a log that nobody has open, without changing it: every segment, every record, also
 * those that recovery would not look at any more. What it finds it tells, and goes on behind it.
 * One thread, once.
 */
public final class LogCheck {
  private final LogOptions options;
  private final long checkpoint;
  private final Visitor visitor;
  private final LogRecord record;
  private final List<SegmentReader> segments = new ArrayList<>();
  private final List<SegmentFacts> facts = new ArrayList<>();

  private long expected;
  private long position;
  private int lastEpoch;
  private boolean cut;
  private String told = "";

  /** Hears what the check finds. */
  public interface Visitor {
    /** A whole record, in order. It is reused: valid only during the call. */
    void record(LogRecord record, Path file, long offset) throws IOException;

    /** Something that recovery does not heal; offset -1 when it is no place in the file. */
    void damage(Path file, long offset, String what);

    /** Something that the next opening puts right. */
    void note(Path file, long offset, String what);
  }

  /**
   * A check of the log in the options' directory.
   *
   * @param checkpoint the sequence up to which the slots hold everything
   */
  public LogCheck(LogOptions options, long checkpoint, Visitor visitor) {
    this.options = options;
    this.checkpoint = checkpoint;
    this.visitor = visitor;
    this.record = options.newRecord();
  }

  /**
   * Checks.
   *
   * @param closed true when there need not be a log at all
   * @return the segments, in order
   */
  public List<SegmentFacts> run(boolean closed) throws IOException {
    try {
      openSegments();
      if (!segments.isEmpty()) {
        checkAll();
      } else if (!closed) {
        visitor.damage(
            options.directory(),
            -1,
            "log is missing and the store was not closed, checkpoint=" + checkpoint);
      }
      return facts;
    } finally {
      for (SegmentReader segment : segments) {
        segment.close();
      }
    }
  }

  /** The last whole record; the checkpoint when there is none. */
  public long lastSequence() {
    return segments.isEmpty() ? checkpoint : expected - 1;
  }

  private void openSegments() throws IOException {
    List<Path> paths;
    try (Stream<Path> entries = Files.list(options.directory())) {
      paths = entries.filter(SegmentNames::isSegment).sorted().toList();
    }
    for (Path path : paths) {
      if (SegmentNames.isNext(path) && SegmentReader.isSpare(path)) {
        checkSpare(path);
      } else {
        openSegment(path);
      }
    }
    segments.sort(Comparator.comparingLong(SegmentReader::firstSequence));
  }

  /** A segment without a header was never begun; or its header is not there and its records are. */
  private void checkSpare(Path path) throws IOException {
    try (SegmentReader spare = SegmentReader.headless(path)) {
      long first = Long.MAX_VALUE;
      for (long at = LogLayout.HEADER_SIZE; at < spare.length(); at += LogLayout.ALIGNMENT) {
        if (spare.lengthAt(at) != 0 && spare.read(at, record)) {
          first = Math.min(first, record.sequence());
          if (record.durable() >= first) {
            visitor.damage(
                path,
                0,
                "segment header is not there, sequence=%d forcedUpTo=%d"
                    .formatted(first, record.durable()));
            return;
          }
        }
      }
      if (spare.usedEnd(LogLayout.HEADER_SIZE) > LogLayout.HEADER_SIZE) {
        visitor.note(
            path,
            LogLayout.HEADER_SIZE,
            "segment has no header: never forced, the next opening sets its records aside");
      }
    }
  }

  private void openSegment(Path path) throws IOException {
    try {
      SegmentReader segment = SegmentReader.open(options, path);
      segments.add(segment);
      int unexpected = segment.unexpectedInHeader();
      if (unexpected >= 0) {
        visitor.damage(path, unexpected, "byte of the segment's header is not zero");
      }
    } catch (LogException e) {
      visitor.damage(path, 0, e.getMessage());
    }
  }

  private void checkAll() throws IOException {
    SegmentReader oldest = segments.getFirst();
    expected = oldest.firstSequence();
    if (expected > checkpoint + 1) {
      visitor.damage(
          oldest.path(),
          -1,
          "log does not reach back to the checkpoint, firstSequence=%d checkpoint=%d"
              .formatted(expected, checkpoint));
    }
    for (int s = 0; s < segments.size() && !cut; s++) {
      SegmentReader segment = segments.get(s);
      if (segment.firstSequence() != expected) {
        // The records between are not there: told at the end of those that are.
        decide(s - 1);
      }
      if (!cut) {
        expected = segment.firstSequence();
        checkSegment(s);
      }
    }
    if (!cut) {
      decide(segments.size() - 1);
    }
  }

  private void checkSegment(int s) throws IOException {
    SegmentReader segment = segments.get(s);
    position = LogLayout.HEADER_SIZE;
    do {
      readRecords(segment);
      if (endsHere(s)) {
        break;
      }
      decide(s);
    } while (!cut && findNext(segment));
    facts.add(
        new SegmentFacts(
            segment.path().getFileName().toString(),
            segment.firstSequence(),
            expected - 1,
            segment.length(),
            position,
            segment.durableMark()));
    boolean last = s + 1 == segments.size();
    if (!last && !cut && segment.usedEnd(position) > position) {
      visitor.damage(
          segment.path(), position, "bytes behind the segment's last record are not zero");
    }
  }

  /** True when no record is missing from the segment, as far as it can tell. */
  private boolean endsHere(int s) throws IOException {
    if (segments.get(s).lengthAt(position) != 0) {
      return false;
    }
    boolean joins = s + 1 < segments.size() && segments.get(s + 1).firstSequence() == expected;
    return joins || segments.get(s).usedEnd(position) == position;
  }

  private void readRecords(SegmentReader segment) throws IOException {
    while (segment.read(position, record) && record.sequence() == expected) {
      if (record.epoch() < lastEpoch) {
        visitor.damage(
            segment.path(),
            position,
            "record is of an older leadership than the one before it, sequence=%d epoch=%d"
                .formatted(expected, record.epoch()));
      }
      lastEpoch = record.epoch();
      int length = record.length();
      visitor.record(record, segment.path(), position);
      expected++;
      position += length;
    }
  }

  /** Looks for the next whole record of the segment behind a place that is none. */
  private boolean findNext(SegmentReader segment) throws IOException {
    for (long at = position + LogLayout.ALIGNMENT;
        at < segment.length();
        at += LogLayout.ALIGNMENT) {
      if (segment.lengthAt(at) != 0 && segment.read(at, record) && record.sequence() > expected) {
        position = at;
        expected = record.sequence();
        return true;
      }
    }
    return false;
  }

  /** Tells what recovery would make of the place where the records stop being valid. */
  private void decide(int s) throws IOException {
    SegmentReader segment = segments.get(s);
    String place = segment.path() + ":" + position;
    if (told.equals(place)) {
      return; // nothing was found behind it
    }
    told = place;
    long durable = checkpoint;
    for (SegmentReader any : segments) {
      durable = Math.max(durable, any.durableMark());
    }
    long behind = position;
    boolean onlyZeros = s + 1 == segments.size() && segment.usedEnd(behind) == behind;
    for (int later = s; later < segments.size() && !onlyZeros; later++) {
      long from = later == s ? behind : LogLayout.HEADER_SIZE;
      durable = Math.max(durable, durableBehind(segments.get(later), from));
    }
    switch (TailRepair.decide(onlyZeros, expected, durable)) {
      case CLEAN -> {}
      case DAMAGED ->
          visitor.damage(
              segment.path(),
              behind,
              "record is not whole, or not there, sequence=%d forcedUpTo=%d"
                  .formatted(expected, durable));
      case TORN -> {
        cut = true;
        visitor.note(
            segment.path(),
            behind,
            "log's end is torn behind sequence=%d: never forced, the next opening cuts it"
                .formatted(expected - 1));
      }
    }
  }

  private long durableBehind(SegmentReader segment, long from) throws IOException {
    long durable = 0;
    for (long at = from; at < segment.length(); at += LogLayout.ALIGNMENT) {
      if (segment.lengthAt(at) != 0 && segment.read(at, record) && record.sequence() > expected) {
        durable = Math.max(durable, record.durable());
      }
    }
    return durable;
  }
}

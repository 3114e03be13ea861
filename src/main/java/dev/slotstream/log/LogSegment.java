package dev.slotstream.log;

import dev.slotstream.file.MappedFile;
import dev.slotstream.log.LogException.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.zip.CRC32C;

/**
 * One file of the log, mapped. It is preallocated in steps that read as zeros, so that an append is
 * a copy into memory.
 *
 * <p>Threads: the appender writes, the preparing thread extends, anyone reads. Whoever reads holds
 * the segment ({@link #hold}, {@link #letGo}); a segment that was purged is unmapped when the last
 * one lets go.
 */
final class LogSegment {
  static final int RECORDS_PER_MARK = 1024;

  private static final VarHandle LENGTH_WORD = LogLayout.MAPPED_INT.varHandle();
  private static final VarHandle DURABLE_WORD = LogLayout.MAPPED_LONG.varHandle();
  private static final int PAGE = 4096;
  private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[PAGE]);

  private final LogOptions options;
  private final MappedFile file;
  private final MemorySegment mapping;
  private final int size;

  /** Positions of the records first, first + 1024, first + 2048, …; 0 where not known yet. */
  private final AtomicIntegerArray marks;

  private final Object naming = new Object();
  private volatile Path path;
  private volatile long firstSequence;
  private volatile int prepared;

  /** Up to here the appender finds pages that it may write to; behind it, the kernel is asked. */
  private volatile int warmed;

  private volatile int end;
  private volatile long offset;
  private int holders = 1;
  private volatile boolean retired;

  private LogSegment(LogOptions options, Path path, MappedFile file, long firstSequence) {
    this.options = options;
    this.path = path;
    this.file = file;
    this.mapping = file.mapping();
    this.firstSequence = firstSequence;
    this.size = (int) Math.max(options.segmentSize(), file.length());
    this.prepared = (int) file.length();
    this.marks = new AtomicIntegerArray(size / (LogLayout.BODY * RECORDS_PER_MARK) + 1);
    this.marks.set(0, LogLayout.HEADER_SIZE);
  }

  /** A segment that has no records and no sequence yet, with its first step prepared. */
  static LogSegment spare(LogOptions options) throws IOException {
    Path path = options.directory().resolve(SegmentNames.NEXT);
    byte[] head = new byte[LogLayout.HEADER_SIZE];
    MappedFile file = options.storage().create(path, head, options.step(), options.segmentSize());
    return new LogSegment(options, path, file, 0).firstStepWarmed();
  }

  /**
   * Takes a purged segment back from its readers, so that it can be used again.
   *
   * @return false when somebody still reads it, or it has another size than new ones
   */
  synchronized boolean retire() {
    if (holders > 1 || size != options.segmentSize() || prepared != size) {
      return false;
    }
    holders = 0;
    retired = true;
    return true;
  }

  /**
   * Makes a retired segment as good as a new one: zeros, on disk. A record of its former life that
   * came back after a power cut would be taken for a torn one.
   */
  void clear() throws IOException {
    synchronized (naming) {
      Path used = options.directory().resolve(SegmentNames.USED);
      file.rename(used);
      path = used;
    }
    int step = options.step();
    for (int at = 0; at < size; at += step) {
      file.zero(at, Math.min(step, size - at), options.room());
    }
  }

  /** The retired and cleared segment as a spare one, with all of it prepared. */
  LogSegment again() throws IOException {
    Path spare = options.directory().resolve(SegmentNames.NEXT);
    file.rename(spare);
    return new LogSegment(options, spare, file, 0).firstStepWarmed();
  }

  private LogSegment firstStepWarmed() throws IOException {
    prepare(0, options.step());
    return this;
  }

  /** Gives back the memory of what was read, see {@link MappedFile#unload}. */
  void unload() {
    file.unload(0, prepared);
  }

  /** Unmaps a retired segment. */
  void discard() {
    file.close();
  }

  static LogSegment open(LogOptions options, Path path) throws IOException {
    MappedFile file = options.storage().open(path, options.segmentSize());
    try {
      return new LogSegment(options, path, file, check(file, path, options));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Opens a file that has the spare one's name: begun, or with no header yet and {@link
   * #firstSequence} 0.
   *
   * @throws LogException for a header that is neither: it is written within one sector
   */
  static LogSegment openSpare(LogOptions options, Path path) throws IOException {
    MappedFile file = options.storage().open(path, options.segmentSize());
    try {
      boolean blank =
          file.length() >= LogLayout.HEADER_SIZE
              && file.length() <= Integer.MAX_VALUE
              && isZero(file.mapping().asSlice(0, LogLayout.HEADER_SIZE));
      return new LogSegment(options, path, file, blank ? 0 : check(file, path, options));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Of at most a page. */
  private static boolean isZero(MemorySegment bytes) {
    return bytes.mismatch(ZEROS.asSlice(0, bytes.byteSize())) < 0;
  }

  /** Gives a spare segment its place in the history. It keeps its name until {@link #publish}. */
  void begin(long first) {
    MemorySegment.copy(
        header(options, first), 0, mapping, ValueLayout.JAVA_BYTE, 0, LogLayout.HEADER_SIZE);
    firstSequence = first;
  }

  /** Gives the file its final name, if it does not have it, and its header is on disk. */
  void publish() throws IOException {
    Path name = options.directory().resolve(SegmentNames.of(firstSequence));
    synchronized (naming) { // not this: readers that begin must not wait for the disk
      if (!path.equals(name) && !retired) {
        // A named segment without a header would be taken for a foreign file after a power cut.
        file.force(0, LogLayout.HEADER_SIZE);
        file.rename(name);
        path = name;
      }
    }
  }

  private static byte[] header(LogOptions options, long firstSequence) {
    ByteBuffer head = ByteBuffer.allocate(LogLayout.HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(LogLayout.MAGIC, LogLayout.MAGIC_VALUE);
    head.putShort(LogLayout.VERSION, (short) LogLayout.FORMAT_VERSION);
    head.put(LogLayout.SHARD, (byte) options.shard());
    head.putLong(LogLayout.FIRST_SEQUENCE, firstSequence);
    head.put(LogLayout.STORE_ID, options.storeId());
    head.putInt(LogLayout.HEADER_CRC, headerCrc(head.array()));
    return head.array();
  }

  private static int headerCrc(byte[] head) {
    CRC32C crc = new CRC32C();
    crc.update(head, 0, LogLayout.HEADER_CRC);
    return (int) crc.getValue();
  }

  /** Of two ways in which a magic is wrong, one is damage: the rest was written by a log. */
  private static boolean isHeaderButForItsMagic(byte[] bytes) {
    ByteBuffer right = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
    right.putInt(LogLayout.MAGIC, LogLayout.MAGIC_VALUE);
    return right.getInt(LogLayout.HEADER_CRC) == headerCrc(right.array());
  }

  private static long check(MappedFile file, Path path, LogOptions options) throws IOException {
    long there = Math.min(file.length(), LogLayout.HEADER_SIZE);
    byte[] head = file.mapping().asSlice(0, there).toArray(ValueLayout.JAVA_BYTE);
    return check(head, file.length(), path, options);
  }

  /** Checks a segment's first bytes; answers its first sequence. */
  static long check(byte[] bytes, long length, Path path, LogOptions options) throws LogException {
    if (length < LogLayout.HEADER_SIZE || length > Integer.MAX_VALUE) {
      throw new LogException(
          Kind.FOREIGN, "not a log segment, file=%s length=%d".formatted(path, length));
    }
    ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean magic = head.getInt(LogLayout.MAGIC) == LogLayout.MAGIC_VALUE;
    if (!magic && !isHeaderButForItsMagic(bytes)) {
      throw new LogException(Kind.FOREIGN, "not a log segment, file=" + path);
    }
    if (!magic || head.getInt(LogLayout.HEADER_CRC) != headerCrc(bytes)) {
      throw new LogException(
          Kind.DAMAGED, "segment header is damaged, file=%s offset=0".formatted(path));
    }
    int version = head.getShort(LogLayout.VERSION);
    if (version != LogLayout.FORMAT_VERSION) {
      throw new LogException(
          Kind.TOO_NEW,
          "log format differs, file=%s stored=%d readable=%d"
              .formatted(path, version, LogLayout.FORMAT_VERSION));
    }
    byte[] id = new byte[LogLayout.STORE_ID_BYTES];
    head.get(LogLayout.STORE_ID, id);
    int shard = head.get(LogLayout.SHARD) & 0xFF;
    long first = head.getLong(LogLayout.FIRST_SEQUENCE);
    if (!Arrays.equals(id, options.storeId())
        || shard != options.shard()
        || !(path.endsWith(SegmentNames.of(first)) || SegmentNames.isNext(path))) {
      throw new LogException(
          Kind.FOREIGN,
          "segment of another store, shard or place, file=%s shard=%d firstSequence=%d"
              .formatted(path, shard, first));
    }
    return first;
  }

  Path path() {
    return path;
  }

  long firstSequence() {
    return firstSequence;
  }

  /** Bytes that may be appended to by now. */
  int prepared() {
    return prepared;
  }

  /** Where its records end; set when the log has gone on to the next segment. */
  int end() {
    return end;
  }

  void setEnd(int position) {
    end = position;
  }

  int size() {
    return size;
  }

  /** Where its first record stands, counted as {@link SegmentedLog#endOffset} is. */
  void setOffset(long offsetOfFirst) {
    offset = offsetOfFirst;
  }

  /** Counted as {@link SegmentedLog#endOffset} is. */
  long offsetOf(int position) {
    return offset + position - LogLayout.HEADER_SIZE;
  }

  /** Bytes that may be appended to without a thought for pages. */
  int ready() {
    return Math.min(prepared, warmed);
  }

  /** Adds room where there is none yet, and touches pages from a position on. */
  void prepare(int from, int upTo) throws IOException {
    int to = Math.min(upTo, size);
    file.extend(to, options.room());
    for (int page = Math.max(from, warmed) / PAGE * PAGE; page < to; page += PAGE) {
      LENGTH_WORD.getAndBitwiseOr(mapping, (long) page, 0); // whatever the appender writes there
    }
    warmed = Math.max(warmed, to);
    prepared = Math.max(prepared, to);
  }

  /** Copies a sealed record to its place; its length word goes last. */
  void write(int position, LogRecord record) {
    int length = record.length();
    MemorySegment.copy(
        record.bytes(),
        LogLayout.CRC,
        mapping,
        ValueLayout.JAVA_BYTE,
        (long) position + LogLayout.CRC,
        length - LogLayout.CRC);
    LENGTH_WORD.setRelease(mapping, (long) position + LogLayout.LENGTH, length);
    long ordinal = record.sequence() - firstSequence;
    if (ordinal % RECORDS_PER_MARK == 0) {
      markPosition(ordinal, position);
    }
  }

  /** Remembers where a record is, if it is one of those that are remembered. */
  void markPosition(long ordinal, int position) {
    if (ordinal % RECORDS_PER_MARK == 0 && ordinal / RECORDS_PER_MARK < marks.length()) {
      marks.setRelease((int) (ordinal / RECORDS_PER_MARK), position);
    }
  }

  /** The nearest remembered ordinal at or before this one. */
  long markedOrdinal(long ordinal) {
    int mark = (int) Math.min(ordinal / RECORDS_PER_MARK, marks.length() - 1L);
    while (marks.getAcquire(mark) == 0) {
      mark--;
    }
    return (long) mark * RECORDS_PER_MARK;
  }

  int markedPosition(long ordinal) {
    return marks.getAcquire((int) (ordinal / RECORDS_PER_MARK));
  }

  /** The length word at a position, 0 at the log's end. */
  int lengthAt(int position) {
    return position + LogLayout.BODY > prepared()
        ? 0
        : (int) LENGTH_WORD.getAcquire(mapping, (long) position + LogLayout.LENGTH);
  }

  /** The sequence of the record at a position that has a length word. */
  long sequenceAt(int position) {
    return mapping.get(LogLayout.MAPPED_LONG, (long) position + LogLayout.SEQUENCE);
  }

  /** Copies a record of this length; false when it would reach past the segment's end. */
  boolean read(int position, int length, LogRecord into) {
    if (!LogLayout.plausible(length, into.capacity()) || position + length > prepared()) {
      return false;
    }
    MemorySegment.copy(mapping, ValueLayout.JAVA_BYTE, position, into.bytes(), 0, length);
    return true;
  }

  /** Forces a range of bytes. */
  void force(int from, int to) throws IOException {
    file.force(from, (long) to - from);
  }

  long durableMark() {
    return (long) DURABLE_WORD.getAcquire(mapping, (long) LogLayout.DURABLE_MARK);
  }

  void setDurableMark(long sequence) {
    DURABLE_WORD.setRelease(mapping, (long) LogLayout.DURABLE_MARK, sequence);
  }

  /** Zeros everything from a position on, and forces it: what was there never comes back. */
  void clearFrom(int position) throws IOException {
    int end = prepared();
    if (position < end) {
      mapping.asSlice(position, (long) end - position).fill((byte) 0);
      file.force(position, (long) end - position);
    }
  }

  /** The end of what is not zero behind a position; the position itself when all is zero. */
  int usedEnd(int position) {
    int at = prepared();
    while (at - position >= PAGE && isZero(mapping.asSlice((long) at - PAGE, PAGE))) {
      at -= PAGE;
    }
    while (at > position && mapping.get(ValueLayout.JAVA_BYTE, at - 1L) == 0) {
      at--;
    }
    return at;
  }

  byte[] bytes(int from, int to) {
    return mapping.asSlice(from, (long) to - from).toArray(ValueLayout.JAVA_BYTE);
  }

  /**
   * Gives back what is prepared behind a position, when all of it is: a crash while the file was
   * mapped leaves it at its full size with a hole in it, which looks the same.
   */
  void trim(int position) throws IOException {
    if (prepared == options.segmentSize()) {
      int kept = Math.min(prepared, (position + PAGE - 1) / PAGE * PAGE);
      file.cut(kept);
      prepared = kept;
      warmed = Math.min(warmed, kept);
    }
  }

  /** A reader begins; false when the segment is gone. */
  synchronized boolean hold() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  /** A reader, or the log itself, is done with the segment. */
  synchronized void letGo() {
    holders--;
    if (holders == 0) {
      file.close();
    }
  }
}

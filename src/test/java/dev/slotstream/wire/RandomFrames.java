package dev.slotstream.wire;

import dev.slotstream.wire.Frame.ShardInfo.HistoryEntry;
import dev.slotstream.wire.Frame.ShardInfo.Mode;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/** Valid frames of every type, plain and extended, drawn for a store of these sizes. */
final class RandomFrames {

  /** One to four bytes each. */
  private static final String[] CHARACTERS = {"a", "Z", "9", "-", " ", "é", "€", "🚀"};

  private final SplittableRandom random;
  private final int keyLength;
  private final int valueLength;

  RandomFrames(SplittableRandom random, int keyLength, int valueLength) {
    this.random = random;
    this.keyLength = keyLength;
    this.valueLength = valueLength;
  }

  byte[] ofLeader() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> FrameEncoder.encode(shardInfo());
      case 2 -> FrameEncoder.encode(caughtUp());
      case 3 -> FrameEncoder.encode(heartbeat());
      case 4 -> FrameEncoder.encode(error());
      case 5, 6 -> slotBatch();
      default -> packedBatch();
    };
  }

  byte[] ofFollower() {
    return FrameEncoder.encode(
        switch (random.nextInt(5)) {
          case 0, 1 -> syncRequest();
          case 2 -> ack();
          case 3 -> heartbeat();
          default -> error();
        });
  }

  Frame.SyncRequest syncRequest() {
    return new Frame.SyncRequest(
        random.nextInt(256),
        random.nextInt(256),
        random.nextInt(256),
        maybe(
            new Frame.SyncRequest.Extension(
                id(),
                id(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(65_536),
                text(FrameLayout.MAX_NAME))));
  }

  Frame.ShardInfo shardInfo() {
    int entries = random.nextInt(8) == 0 ? random.nextInt(129) : random.nextInt(4);
    return new Frame.ShardInfo(
        random.nextInt(256),
        random.nextInt(65_536),
        random.nextInt(65_536),
        random.nextInt(65_536),
        random.nextInt(),
        random.nextInt(256),
        maybe(
            new Frame.ShardInfo.Extension(
                id(),
                random.nextInt(),
                random.nextBoolean() ? Mode.FULL : Mode.RESUME,
                random.nextLong(),
                random.nextLong(),
                random.nextInt(),
                text(random.nextInt(8) == 0 ? FrameLayout.MAX_REASON : 20),
                Stream.generate(() -> new HistoryEntry(random.nextInt(), random.nextLong()))
                    .limit(entries)
                    .toList())));
  }

  Frame.CaughtUp caughtUp() {
    return new Frame.CaughtUp(
        random.nextInt(256),
        random.nextLong(),
        maybe(new Frame.CaughtUp.Extension(random.nextLong())));
  }

  Frame.Ack ack() {
    return new Frame.Ack(
        random.nextInt(256),
        random.nextLong(),
        random.nextInt(),
        maybe(
            new Frame.Ack.Extension(random.nextLong(), random.nextLong(), random.nextInt(65_536))));
  }

  Frame.Heartbeat heartbeat() {
    return new Frame.Heartbeat(
        maybe(
            new Frame.Heartbeat.Extension(
                random.nextLong(), random.nextLong(), random.nextLong())));
  }

  Frame.ErrorFrame error() {
    return new Frame.ErrorFrame("e".repeat(random.nextInt(40)));
  }

  byte[] slotBatch() {
    SlotBatchEncoder encoder = new SlotBatchEncoder(random.nextInt(256), keyLength, valueLength);
    addEvents(encoder, random.nextInt(6));
    return encoder.finish();
  }

  byte[] packedBatch() {
    PackedBatchEncoder encoder =
        new PackedBatchEncoder(random.nextInt(256), keyLength, valueLength);
    addEvents(encoder, random.nextInt(6));
    return encoder.finish(header(encoder.events()));
  }

  /** Of a scan or, when there are events, of a stream. */
  PackedBatch.Header header(int events) {
    if (events == 0 || random.nextInt(3) == 0) {
      return PackedBatch.Header.ofScan(random.nextInt(), random.nextLong(), random.nextLong());
    }
    long first = random.nextLong(1, Long.MAX_VALUE - events);
    return new PackedBatch.Header(
        random.nextInt(),
        first,
        first + events - 1,
        random.nextLong(),
        random.nextLong(),
        random.nextLong());
  }

  /** Keys and values of every length, half of them with zeros at their ends. */
  void addEvents(BatchEncoder encoder, int events) {
    byte[] source = new byte[keyLength + valueLength];
    for (int left = events; left > 0; left--) {
      random.nextBytes(source);
      blank(source, 0, keyLength);
      blank(source, keyLength, valueLength);
      addEvent(
          encoder,
          source,
          random.nextInt(3) == 0 ? FrameLayout.STATUS_DELETED : FrameLayout.STATUS_OCCUPIED);
    }
  }

  private void addEvent(BatchEncoder encoder, byte[] source, int status) {
    int meta = random.nextInt() << 2 | status;
    int keyBytes = random.nextInt(keyLength + 1);
    if (status == FrameLayout.STATUS_DELETED) {
      encoder.deleted(random.nextInt(), meta, source, 0, keyBytes);
    } else {
      int valueBytes = random.nextInt(valueLength + 1);
      encoder.occupied(random.nextInt(), meta, source, 0, keyBytes, keyLength, valueBytes);
    }
  }

  private void blank(byte[] source, int from, int length) {
    if (random.nextBoolean()) {
      int end = from + length;
      Arrays.fill(source, end - random.nextInt(length + 1), end, (byte) 0);
    }
  }

  private String text(int mostBytes) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(mostBytes + 1); left >= 4; ) {
      String character = CHARACTERS[random.nextInt(CHARACTERS.length)];
      text.append(character);
      left -= WireText.utf8(character).length;
    }
    return text.toString();
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private <T> Optional<T> maybe(T extension) {
    return random.nextInt(4) == 0 ? Optional.empty() : Optional.of(extension);
  }
}

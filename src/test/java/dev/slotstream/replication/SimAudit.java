package dev.slotstream.replication;

import dev.slotstream.file.MemoryDisk.Death;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Looks at one node after everything that it did; see {@link SimHeld}. */
final class SimAudit {
  private static final int LOG_HEADER = 128;
  private static final int RECORD_BODY = 40;

  private final SimNode node;
  private List<SimHeld> held = List.of();

  SimAudit(SimNode node) {
    this.node = node;
  }

  void begin(List<SimHistory> histories, int keys) {
    held =
        IntStream.range(0, histories.size())
            .mapToObj(shard -> new SimHeld(node, shard, histories.get(shard), keys))
            .toList();
  }

  void look() {
    List<String> rejected = node.meter().rejected;
    if (!rejected.isEmpty()) {
      throw new SimFailure(node + " rejected a frame: " + rejected);
    }
    for (SimHeld each : held) {
      each.look();
    }
    node.engine().shards().stream()
        .filter(shard -> shard.whyNotWritable() != null)
        .findAny()
        .ifPresent(
            shard -> {
              throw new SimFailure(
                  node + " takes no writes any more: " + shard.whyNotWritable().getMessage());
            });
  }

  void started(List<Death> deaths) {
    held.forEach(each -> each.started(deaths));
  }

  /** This node leads, and has told a client that its write is done. */
  void acknowledged(int shard, long sequence) {
    held.get(shard).acknowledged(sequence);
  }

  SimEvent promises(SimFollowerEnd end, long sequence) {
    return held.get(end.shard).promises(sequence);
  }

  /** This node is followed, and was told by a follower what it has on disk. */
  void told(SimFollowerEnd follower, long sequence) {
    SimEvent event = follower.promised(sequence);
    if (event != null) {
      follower.node.audit().held.get(follower.shard).promised(event);
    }
    if (follower.hasPromised(sequence)) {
      held.get(follower.shard).toldBy(follower.node.number(), sequence);
    }
  }

  /** At the end: nothing that was given up is lost. */
  void checkSame() {
    for (SimHeld each : held) {
      each.checkSame();
    }
    Set<String> aside = aside();
    for (int shard = 0; shard < held.size(); shard++) {
      for (SimEvent event : held.get(shard).parted()) {
        if (!aside.contains(name(shard, event.epoch(), event.sequence(), event.slot()))) {
          throw new SimFailure(
              "%s shard=%d has given up a record that is in no file: %s"
                  .formatted(node, shard, event));
        }
      }
    }
  }

  boolean isSame(int shard) {
    return held.get(shard).isSame();
  }

  boolean isWhole(int shard) {
    return held.get(shard).isWhole();
  }

  /** How many records were given up. */
  int parted() {
    return held.stream().mapToInt(each -> each.parted().size()).sum();
  }

  private static String name(int shard, int epoch, long sequence, int slot) {
    return "%d/%d:%d/%d".formatted(shard, epoch, sequence, slot);
  }

  private Set<String> aside() {
    Set<String> found = new HashSet<>();
    try {
      for (int shard = 0; shard < held.size(); shard++) {
        Path directory = node.options().directory().resolve("shard_%03d".formatted(shard));
        for (Path path : node.disk().list(directory)) {
          if (path.getFileName().toString().startsWith("diverged-")) {
            addRecords(shard, node.disk().read(path), found);
          }
        }
      }
    } catch (IOException e) {
      throw new SimFailure(node + " has files that cannot be read: " + e, e);
    }
    return found;
  }

  private static void addRecords(int shard, byte[] segment, Set<String> found) {
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int at = LOG_HEADER;
    while (at + RECORD_BODY <= segment.length && bytes.getInt(at) > 0) {
      found.add(name(shard, bytes.getInt(at + 24), bytes.getLong(at + 8), bytes.getInt(at + 28)));
      at += bytes.getInt(at);
    }
  }
}

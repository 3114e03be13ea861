package dev.slotstream.replication;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Remembers what it was told. */
final class RecordingMeter implements ReplicationMeter {
  final List<String> rejected = new CopyOnWriteArrayList<>();
  final List<String> gone = new CopyOnWriteArrayList<>();
  final List<String> lost = new CopyOnWriteArrayList<>();
  final List<String> scans = new CopyOnWriteArrayList<>();
  final AtomicLong scanned = new AtomicLong();
  final AtomicLong streamed = new AtomicLong();
  volatile long keptAside;
  final AtomicLong streams = new AtomicLong();
  final AtomicLong connected = new AtomicLong();

  @Override
  public void followerConnected(String follower, int shard, Supplier<FollowerStatus> status) {
    connected.incrementAndGet();
  }

  @Override
  public void followerGone(String follower, int shard, String reason) {
    gone.add(reason);
  }

  @Override
  public void streamBegan(int shard) {
    streams.incrementAndGet();
  }

  @Override
  public void streamEnded(int shard) {
    streams.decrementAndGet();
  }

  @Override
  public void scanStarted(int shard, String reason) {
    scans.add(reason);
  }

  @Override
  public void slotsScanned(int shard, long slots) {
    scanned.addAndGet(slots);
  }

  @Override
  public void eventsStreamed(int shard, long events) {
    streamed.addAndGet(events);
  }

  @Override
  public void frameRejected(String reason) {
    rejected.add(reason);
  }

  @Override
  public void linkLost(int shard, String reason) {
    lost.add(reason);
  }

  @Override
  public void recordsKeptAside(int shard, long records) {
    keptAside = records;
  }
}

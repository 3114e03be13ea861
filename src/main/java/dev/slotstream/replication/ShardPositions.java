package dev.slotstream.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Where the followers of one shard are: those that are connected, and so many of those that were.
 * Written under this object's lock when something is acknowledged, read without one. Any thread.
 */
final class ShardPositions {
  static final int MAX_GONE = 256;

  private final Map<UUID, FollowerPosition> connected = new HashMap<>();
  private final LinkedHashMap<UUID, FollowerPosition> gone = new LinkedHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile FollowerPosition[] present = {};

  /** Of all that are known, in ascending order. */
  private volatile long[] durable = {};

  /**
   * A follower's session begins to stream to it. There must be no other session of it.
   *
   * @param held the last record that it holds for sure; 0 when it begins anew
   */
  FollowerPosition enter(UUID follower, long held, SessionFigures figures) {
    synchronized (this) {
      FollowerPosition former = gone.remove(follower);
      long onDisk = former == null ? 0 : Math.min(held, former.durable());
      FollowerPosition position = new FollowerPosition(this, follower, figures, held, onDisk);
      connected.put(follower, position);
      publish();
      return position;
    }
  }

  /** A follower says where it is. */
  void reached(FollowerPosition position, long applied, long onDisk, boolean caughtUp) {
    long before;
    synchronized (this) {
      before = position.durable();
      position.set(applied, Math.min(applied, onDisk), position.caughtUp() || caughtUp);
      if (position.durable() != before) {
        durable = moved(durable, before, position.durable());
      }
    }
    if (position.durable() > before) {
      listeners.forEach(Runnable::run);
    }
  }

  /** A follower's session has ended: it keeps its position. */
  synchronized void leave(FollowerPosition position) {
    connected.remove(position.follower());
    gone.putLast(position.follower(), position);
    if (gone.size() > MAX_GONE) {
      gone.pollFirstEntry();
    }
    publish();
  }

  /** The shard becomes another: what followers have of it says nothing any more. */
  synchronized void forget() {
    gone.clear();
    connected.values().forEach(position -> position.set(0, 0, false));
    publish();
  }

  private void publish() {
    present = connected.values().toArray(new FollowerPosition[0]);
    durable = durables();
  }

  private long[] durables() {
    long[] sorted =
        Stream.concat(connected.values().stream(), gone.values().stream())
            .mapToLong(FollowerPosition::durable)
            .toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  /** The same in order, with one of these in its new place. */
  private static long[] moved(long[] ascending, long from, long to) {
    long[] moved = ascending.clone();
    int at = Arrays.binarySearch(moved, from);
    for (; at + 1 < moved.length && moved[at + 1] < to; at++) {
      moved[at] = moved[at + 1];
    }
    for (; at > 0 && moved[at - 1] > to; at--) {
      moved[at] = moved[at - 1];
    }
    moved[at] = to;
    return moved;
  }

  long durableOn(int followers) {
    long[] ascending = durable;
    if (followers <= 0) {
      return Long.MAX_VALUE;
    }
    return followers > ascending.length ? 0 : ascending[ascending.length - followers];
  }

  int known() {
    return durable.length;
  }

  /** Those that are connected. Not to be written to. */
  FollowerPosition[] present() {
    return present;
  }

  /** Those that are gone, the longest gone first. */
  synchronized List<FollowerPosition> gone() {
    return new ArrayList<>(gone.values());
  }

  void onAdvance(Runnable listener) {
    listeners.add(listener);
  }

  void removeOnAdvance(Runnable listener) {
    listeners.remove(listener);
  }
}

package dev.slotstream.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Asks a leader again and again how far behind its followers are, and remembers the worst. */
final class LagWatch implements AutoCloseable {
  private static final long PAUSE_MILLIS = 100;

  private final NodeClient leader;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile long highestRecords;
  private volatile double highestSeconds;

  LagWatch(NodeClient leader) {
    this.leader = leader;
    this.thread = Thread.ofPlatform().name("lag-watch").daemon().start(this::run);
  }

  private void run() {
    while (!stopping) {
      try {
        for (JsonNode follower : leader.json("/replication").path("followers")) {
          highestRecords = Math.max(highestRecords, follower.path("lagRecords").asLong());
          highestSeconds = Math.max(highestSeconds, follower.path("lagSeconds").asDouble());
        }
        Thread.sleep(PAUSE_MILLIS);
      } catch (CommandException e) {
        // The leader is busy or gone; whoever loads it will say so.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  long highestRecords() {
    return highestRecords;
  }

  double highestSeconds() {
    return highestSeconds;
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
  }
}

package dev.slotstream.node;

import dev.slotstream.backup.Backups;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.Expirer;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.kv.ReplicationDemands;
import dev.slotstream.kv.WriteAccess;
import dev.slotstream.ops.Monitoring;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * The order in which a node's parts start and stop.
 *
 * <p>Start: 1. the engine is opened, what a crash left is replayed; 2. replication; 3. the tick
 * that ends waits for followers and positions; 4. expiry, on a leader; 5. meters and health.
 * Quarkus listens for HTTP only after that.
 *
 * <p>Stop: before it comes here, Quarkus has said "not ready", refused new requests, let running
 * ones end, and closed its ports; half-way through the time that it gives them, those that wait are
 * told that nobody waits any more. 1. No more writes; 2. nobody waits for followers or positions;
 * 3. writes under way end; 4. the tick; 5. expiry; 6. backups; 7. replication, which by then has
 * had the chance to send them; 8. the engine, with everything on disk.
 */
@Singleton
final class Node {
  private static final Logger LOG = Logger.getLogger(Node.class);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private final EngineProducer engines;
  private final StoreParts parts;
  private final Replication replication;
  private final Monitoring monitoring;
  private final Vertx vertx;
  private final ShutdownTimes times;
  private OptionalLong tick = OptionalLong.empty();
  private Optional<KeyValueStore> running = Optional.empty();
  private Optional<Expirer> expirer = Optional.empty();
  private Optional<Backups> backups = Optional.empty();

  Node(
      EngineProducer engines,
      StoreParts parts,
      Replication replication,
      Monitoring monitoring,
      Vertx vertx,
      ShutdownTimes times) {
    this.engines = engines;
    this.parts = parts;
    this.replication = replication;
    this.monitoring = monitoring;
    this.vertx = vertx;
    this.times = times;
  }

  void start(@Observes StartupEvent event) {
    for (String variable : UnknownOptions.among(System.getenv().keySet())) {
      LOG.warnf("environment variable is no option and has no effect, name=%s", variable);
    }
    SlotEngine opened = parts.engine();
    KeyValueStore store = parts.store();
    running = Optional.of(store);
    replication.start(vertx, opened);
    tick =
        OptionalLong.of(
            vertx.setPeriodic(ReplicationDemands.TICK.toMillis(), timer -> store.tick()));
    if (store.access() instanceof WriteAccess.Leader) {
      Expirer expiring = store.newExpirer();
      expiring.start();
      expirer = Optional.of(expiring);
    }
    Backups made = parts.backups();
    backups = Optional.of(made);
    monitoring.start(vertx, opened, store, replication, made);
  }

  /**
   * The process is about to stop, and serves on for a while. Whoever waits longer than Quarkus
   * waits for running requests would never be answered: it is told in time how things stand.
   */
  void announceStop(@Observes ShutdownDelayInitiatedEvent event) {
    running.ifPresent(
        store -> vertx.setTimer(times.untilWaitsEnd().toMillis(), late -> store.stopWaiting()));
    backups.ifPresent(Backups::stop);
  }

  /** A start that failed half-way is undone too. */
  void stop(@Observes ShutdownEvent event) {
    long start = System.nanoTime();
    running.ifPresent(Node::drain);
    tick.ifPresent(vertx::cancelTimer);
    expirer.ifPresent(Expirer::close);
    backups.ifPresent(Backups::close);
    replication.stop();
    if (engines.close()) {
      LOG.infof("store closed, took=%dms", Duration.ofNanos(System.nanoTime() - start).toMillis());
    }
  }

  private static void drain(KeyValueStore store) {
    store.stopWrites();
    store.stopWaiting();
    if (!store.drain(DRAIN)) {
      LOG.warnf("writes are still under way, waited=%ds", DRAIN.toSeconds());
    }
  }
}

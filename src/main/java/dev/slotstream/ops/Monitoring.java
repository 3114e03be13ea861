package dev.slotstream.ops;

import dev.slotstream.backup.Backups;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import dev.slotstream.replication.ReplicationView;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Begins to watch a node whose parts are all running. */
@Singleton
public final class Monitoring {
  private static final Logger LOG = Logger.getLogger(Monitoring.class);
  private static final long OBSERVE_MILLIS = 1_000;

  private final StoreMeters stores;
  private final LinkGauges links;
  private final EventLoopPulse pulse;
  private final FollowerReadiness follower;
  private final BackupMeters backups;

  Monitoring(
      StoreMeters stores,
      LinkGauges links,
      EventLoopPulse pulse,
      FollowerReadiness follower,
      BackupMeters backups) {
    this.stores = stores;
    this.links = links;
    this.pulse = pulse;
    this.follower = follower;
    this.backups = backups;
  }

  /** Shows its figures and feels its pulse; once, until Vert.x is closed. */
  public void start(
      Vertx vertx, SlotEngine engine, KeyValueStore store, ReplicationView view, Backups made) {
    stores.bind(engine, store);
    links.bind(view);
    backups.bind(made);
    pulse.start(vertx).onFailure(e -> LOG.error("event loops are not watched", e));
    DamageLog damage = new DamageLog(engine.shards());
    vertx.setPeriodic(
        OBSERVE_MILLIS,
        timer -> {
          follower.observe(view.links());
          damage.look();
        });
  }
}

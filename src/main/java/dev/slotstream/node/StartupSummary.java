package dev.slotstream.node;

import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.RecoveryReport;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** One line in the log that says what this node is, once it listens. */
@Singleton
final class StartupSummary {
  private static final Logger LOG = Logger.getLogger(StartupSummary.class);

  private final String version;
  private final SlotEngine engine;
  private final KeyValueStore store;
  private final Replication replication;

  StartupSummary(
      @ConfigProperty(name = "quarkus.application.version") String version,
      SlotEngine engine,
      KeyValueStore store,
      Replication replication) {
    this.version = version;
    this.engine = engine;
    this.store = store;
    this.replication = replication;
  }

  void log(@ObservesAsync HttpServerStart started) {
    EngineOptions options = engine.options();
    OptionalInt port = replication.port();
    LOG.infof(
        "slotstream %s serves, role=%s data=%s store=%s epoch=%d %s durability=%s recovery=%s"
            + " http=%d replication=%s",
        version,
        store.access().role(),
        options.directory().toAbsolutePath().normalize(),
        engine.storeId(),
        engine.epoch(),
        shape(options.shape()),
        options.durability().name().toLowerCase(Locale.ROOT),
        verdict(engine.recovery()),
        started.options().getPort(),
        port.isPresent() ? Integer.toString(port.getAsInt()) : "none");
  }

  private String shape(EngineOptions.Shape shape) {
    return "shards=%d codec=%s K=%d V=%d"
        .formatted(
            shape.shards(),
            shape.content().name().toLowerCase(Locale.ROOT),
            store.codec().maxKeyBytes(),
            store.codec().maxValueBytes());
  }

  static String verdict(RecoveryReport recovery) {
    String found = recovery.created() ? "created" : recovery.clean() ? "clean" : "crashed";
    return ("%s replayed=%d tornBytes=%d damagedSlots=%d duplicateSlots=%d damagedLogs=%d"
            + " keptIndexes=%d took=%dms")
        .formatted(
            found,
            recovery.replayed(),
            recovery.tornBytes(),
            recovery.damagedSlots(),
            recovery.duplicateSlots(),
            recovery.damagedLogs().size(),
            recovery.keptIndexes(),
            recovery.took().toMillis());
  }
}

package dev.slotstream.node;

import dev.slotstream.engine.DamagedLog;
import dev.slotstream.engine.EngineException;
import dev.slotstream.engine.EngineOptions;
import dev.slotstream.engine.OpeningProgress;
import dev.slotstream.engine.SlotEngine;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Owns the engine's life. It is opened when somebody asks for it first, which {@link Node} does at
 * startup, and closed by {@link Node} after all that use it.
 */
@Singleton
public final class EngineProducer {
  private static final Logger LOG = Logger.getLogger(EngineProducer.class);

  private SlotEngine engine;

  /** Opens the engine; once, since it is a singleton. */
  @Produces
  @Singleton
  synchronized SlotEngine open(SlotstreamConfig config) {
    List<String> problems = ConfigCheck.problems(config);
    if (!problems.isEmpty()) {
      throw StartFailure.because(String.join("; ", problems));
    }
    EngineOptions options = NodeOptions.engine(config);
    OpeningProgress progress = new OpeningProgress();
    try (OpeningLog _ = new OpeningLog(progress)) {
      engine = SlotEngine.open(options, progress);
    } catch (EngineException.Mismatch e) {
      throw StartFailure.because(e.getMessage() + hint(e, config, options));
    } catch (EngineException e) {
      throw StartFailure.because(e.getMessage());
    }
    engine.recovery().damagedLogs().forEach(EngineProducer::tell);
    engine.recovery().refusedIndexes().forEach(LOG::info);
    return engine;
  }

  private static void tell(DamagedLog damaged) {
    LOG.errorf(
        "log is put aside and everything is fetched from the leader, shard=%d kept=%s: %s",
        damaged.shard(), damaged.files(), damaged.damage());
  }

  /** Whoever never set the number of shards is told why it has changed. */
  private static String hint(
      EngineException.Mismatch e, SlotstreamConfig config, EngineOptions options) {
    return config.store().shards().isPresent() || !e.getMessage().contains("shard count")
        ? ""
        : " (slotstream.store.shards is not set, default=%d on this machine)"
            .formatted(options.shape().shards());
  }

  /** Closes the engine; false when it was not open. */
  synchronized boolean close() {
    if (engine == null) {
      return false;
    }
    engine.close();
    for (String why : engine.indexesNotKept()) {
      LOG.warnf("index is not kept, the next start reads all slots, %s", why);
    }
    engine = null;
    return true;
  }
}

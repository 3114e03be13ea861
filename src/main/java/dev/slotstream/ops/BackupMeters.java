package dev.slotstream.ops;

import dev.slotstream.backup.BackupMeter;
import dev.slotstream.backup.Backups;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** Counts backups. Any thread. */
@Singleton
public final class BackupMeters implements BackupMeter {
  private final MeterRegistry registry;
  private final Counter bytes;

  BackupMeters(MeterRegistry registry) {
    this.registry = registry;
    this.bytes =
        Counter.builder(Meters.BACKUP_BYTES)
            .description("bytes of backups that were sent")
            .register(registry);
  }

  /** Shows how many are being made; once. */
  void bind(Backups backups) {
    Gauge.builder(Meters.BACKUPS_RUNNING, backups::running)
        .description("backups that are being made")
        .register(registry);
  }

  @Override
  public void sent(long count) {
    bytes.increment((double) count);
  }

  @Override
  public void ended(String reason) {
    Counter.builder(Meters.BACKUPS)
        .description("backups that ended, or were refused")
        .tag(Meters.REASON, reason)
        .register(registry)
        .increment();
  }
}

package dev.slotstream.node;

import dev.slotstream.backup.Backups;
import dev.slotstream.engine.SlotEngine;
import dev.slotstream.kv.KeyValueStore;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/** A node's store and what stands on it; each is made when it is asked for first. */
@Singleton
final class StoreParts {
  private final Instance<SlotEngine> engine;
  private final Instance<KeyValueStore> store;
  private final Instance<Backups> backups;

  StoreParts(
      Instance<SlotEngine> engine, Instance<KeyValueStore> store, Instance<Backups> backups) {
    this.engine = engine;
    this.store = store;
    this.backups = backups;
  }

  SlotEngine engine() {
    return engine.get();
  }

  KeyValueStore store() {
    return store.get();
  }

  Backups backups() {
    return backups.get();
  }
}

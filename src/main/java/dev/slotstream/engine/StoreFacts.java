package dev.slotstream.engine;

import dev.slotstream.engine.EngineOptions.Content;
import dev.slotstream.slot.SlotLayout;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * What a store's directory says of the store, without a configuration to compare it with.
 *
 * @param directoryId empty in a directory that only armdb has written
 * @param layout of the slots of all shards; empty when no slot file can be read
 * @param lastRun how the store was written last; empty when it does not say
 */
public record StoreFacts(
    Path directory,
    Optional<UUID> directoryId,
    Content content,
    int shards,
    int prefixBits,
    Optional<SlotLayout> layout,
    Optional<String> lastRun) {}

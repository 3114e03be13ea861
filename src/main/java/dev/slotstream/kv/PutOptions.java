package dev.slotstream.kv;

import java.time.Duration;
import java.util.Optional;

/**
 * What a put asks for besides key and value.
 *
 * @param mediaType as a Content-Type; one that {@link MediaTypes} does not have is not kept
 * @param ttl how long the entry lives; empty for ever
 * @param write what every write can ask for
 */
public record PutOptions(Optional<String> mediaType, Optional<Duration> ttl, WriteOptions write) {
  /** Nothing. */
  public static final PutOptions NONE =
      new PutOptions(Optional.empty(), Optional.empty(), WriteOptions.NONE);
}

package dev.slotstream.kv;

import java.time.Duration;
import java.util.Optional;

/**
 * What a put asks for besides key and value.
 *
 * @param mediaType as a Content-Type; one that {@link MediaTypes} does not have is not kept
 * @param ttl how long the entry lives; empty for ever
 * @param when what must be true of the key's current value
 */
public record PutOptions(Optional<String> mediaType, Optional<Duration> ttl, Preconditions when) {
  /** Nothing. */
  public static final PutOptions NONE =
      new PutOptions(Optional.empty(), Optional.empty(), Preconditions.NONE);
}

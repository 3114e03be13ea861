package dev.slotstream.process;

import java.util.Objects;

/**
 * What one key may hold: the last operation that was acknowledged, and one that was sent and not
 * answered. Owned by the one writer of the key. null stands for "no value".
 */
final class KeyHistory {
  final String key;
  private String acknowledged;
  private String pending;
  private boolean hasPending;

  KeyHistory(String key) {
    this.key = key;
  }

  void sent(String value) {
    pending = value;
    hasPending = true;
  }

  void answered() {
    acknowledged = pending;
    hasPending = false;
  }

  /** The operation was certainly not done. */
  void refused() {
    hasPending = false;
  }

  /** Takes what is there now for the truth, or answers what is wrong with it. */
  String settle(String found) {
    if (Objects.equals(found, acknowledged) || (hasPending && Objects.equals(found, pending))) {
      acknowledged = found;
      hasPending = false;
      return null;
    }
    return "key=%s acknowledged=%s pending=%s found=%s"
        .formatted(key, acknowledged, hasPending ? pending : "none", found);
  }
}

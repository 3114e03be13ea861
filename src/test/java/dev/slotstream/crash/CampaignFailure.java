package dev.slotstream.crash;

import java.io.Serial;

/** A store did not open, broke, or held what was never written. */
final class CampaignFailure extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  CampaignFailure(String message) {
    super(message);
  }
}

package dev.slotstream.crash;

import java.lang.instrument.Instrumentation;
import java.nio.file.Path;

/** Starts inside a child, before its own classes are loaded. */
public final class CrashAgent {
  private CrashAgent() {}

  /** Called by the JVM with what {@link CrashPlan#agentOption} says. */
  public static void premain(String arguments, Instrumentation instrumentation) {
    CrashPlan plan = CrashPlan.parse(arguments);
    // Loaded first: a transformer must not be called for what it uses itself.
    PointCounters counters = PointCounters.open(Path.of(plan.counters()));
    CrashTrigger.arm(counters, plan.point(), plan.n());
    instrumentation.addTransformer(new CrashWeaver(plan.fault()));
  }
}

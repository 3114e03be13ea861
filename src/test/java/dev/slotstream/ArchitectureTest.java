package dev.slotstream;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Holds the table of docs/architecture.md: what a package may use of ours and of others. A package
 * that the table does not name is an error; one that has no class yet is not.
 */
@AnalyzeClasses(packages = "dev.slotstream", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.slotstream.";
  private static final String[] JDK = {"java..", "javax.net..", "jdk.jfr.."};
  private static final String[] LOGGING = {"org.jboss.logging.."};
  private static final String[] CDI = {
    "jakarta.annotation..", "jakarta.enterprise..", "jakarta.inject.."
  };
  private static final String[] VERTX = {"io.vertx.."};
  private static final String[] MUTINY = {"io.smallrye.mutiny.."};
  private static final String[] QUARKUS_REST = {
    "io.quarkus..", "io.smallrye..", "io.vertx..", "jakarta..", "org.jboss.."
  };
  private static final String[] DESCRIPTION = {
    "com.fasterxml.jackson..", "org.eclipse.microprofile.openapi..", "org.reactivestreams.."
  };

  @ArchTest static final ArchRule FILE = rule("file").jdkOnly();
  @ArchTest static final ArchRule SLOT = rule("slot").mayUse("file").jdkOnly();
  @ArchTest static final ArchRule LOG = rule("log").mayUse("file").jdkOnly();

  @ArchTest
  static final ArchRule ENGINE =
      rule("engine").mayUse("file", "slot", "log").with(packages("com.dynatrace.hash4j.."));

  @ArchTest static final ArchRule WIRE = rule("wire").jdkOnly();

  @ArchTest
  static final ArchRule REPLICATION =
      rule("replication")
          .mayUse("wire", "engine", "slot", "log")
          .with(LOGGING, VERTX, packages("io.netty.buffer..", "io.netty.channel.."), MUTINY);

  @ArchTest
  static final ArchRule BACKUP =
      rule("backup").mayUse("engine", "slot", "log", "file").with(LOGGING);

  @ArchTest static final ArchRule CLUSTER = rule("cluster").jdkOnly();

  @ArchTest
  static final ArchRule CLUSTER_KUBERNETES =
      rule("cluster.kubernetes").mayUse("cluster").with(packages("io.fabric8.."));

  @ArchTest
  static final ArchRule KV =
      rule("kv").mayUse("slot", "engine", "replication", "cluster").with(LOGGING, CDI);

  @ArchTest
  static final ArchRule REST = rule("rest").mayUse("kv", "backup").with(QUARKUS_REST, DESCRIPTION);

  @ArchTest
  static final ArchRule RESP =
      rule("resp")
          .mayUse("kv")
          .with(LOGGING, CDI, VERTX, packages("io.netty.handler.codec.redis.."));

  @ArchTest
  static final ArchRule OPS =
      rule("ops")
          .mayUse("slot", "log", "engine", "replication", "backup", "cluster", "kv")
          .with(
              QUARKUS_REST,
              DESCRIPTION,
              packages("io.micrometer..", "org.eclipse.microprofile.health.."));

  @ArchTest
  static final ArchRule CLI =
      rule("cli")
          .mayUse("file", "slot", "log", "engine", "kv", "backup")
          .with(packages("picocli..", "me.tongfei.progressbar..", "com.fasterxml.jackson.."));

  /** Whoever depends on {@code node} breaks the rule of its own package: no row allows it. */
  @ArchTest
  static final ArchRule NODE =
      classes()
          .that()
          .resideOutsideOfPackages(ROOT + "node..")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackage(ROOT + "node..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule EVERY_PACKAGE_IS_IN_THE_TABLE =
      classes()
          .should()
          .resideInAnyPackage(
              Stream.of(
                      "file",
                      "slot",
                      "log",
                      "engine",
                      "wire",
                      "replication",
                      "backup",
                      "cluster",
                      "cluster.kubernetes",
                      "kv",
                      "rest",
                      "resp",
                      "ops",
                      "cli",
                      "node")
                  .map(ROOT::concat)
                  .toArray(String[]::new))
          .allowEmptyShould(true);

  private static String[] packages(String... names) {
    return names;
  }

  private static Row rule(String name) {
    return new Row(name, List.of());
  }

  /** A row of the table; the package itself and the JDK are always allowed. */
  private record Row(String name, List<String> ours) {
    Row mayUse(String... names) {
      return new Row(name, List.of(names));
    }

    ArchRule jdkOnly() {
      return with();
    }

    ArchRule with(String[]... frameworks) {
      List<String> allowed = new ArrayList<>(List.of(JDK));
      allowed.add(ROOT + name);
      ours.forEach(other -> allowed.add(ROOT + other));
      Arrays.stream(frameworks).forEach(names -> allowed.addAll(List.of(names)));
      return classes()
          .that()
          .resideInAPackage(ROOT + name)
          .should()
          .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
          .as(name + " uses only what docs/architecture.md allows: " + allowed)
          .allowEmptyShould(true);
    }
  }
}

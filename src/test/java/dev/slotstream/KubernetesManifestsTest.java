package dev.slotstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads the manifests in {@code k8s/} and holds what a stateful service must not lose. */
class KubernetesManifestsTest {
  private static final Path FOLDER = Path.of("k8s");
  private static final String LEADER = "slotstream-leader";
  private static final String FOLLOWER = "slotstream-follower";

  private final Map<String, Map<?, ?>> resources = new HashMap<>();
  private final List<String> listed = new ArrayList<>();

  KubernetesManifestsTest() throws IOException {
    Map<?, ?> kustomization = (Map<?, ?>) load("kustomization.yaml").getFirst();
    for (Object file : list(kustomization, "resources")) {
      listed.add(file.toString());
      for (Object document : load(file.toString())) {
        Map<?, ?> resource = (Map<?, ?>) document;
        String name = at(resource, "kind") + "/" + at(resource, "metadata", "name");
        assertFalse(resources.containsKey(name), name + " is there twice");
        resources.put(name, resource);
      }
    }
  }

  @Test
  void listsEveryManifest() throws IOException {
    try (var files = Files.list(FOLDER)) {
      List<String> manifests =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml"))
              .sorted()
              .toList();
      assertEquals(manifests, listed.stream().sorted().toList());
    }
  }

  @Test
  void runsOneLeaderAndTwoFollowersOfIt() {
    assertEquals(1, at(statefulSet(LEADER), "spec", "replicas"));
    assertEquals("leader", environment(LEADER).get("SLOTSTREAM_ROLE"));
    assertEquals(2, at(statefulSet(FOLLOWER), "spec", "replicas"));
    assertEquals("follower", environment(FOLLOWER).get("SLOTSTREAM_ROLE"));
    assertEquals("slotstream-leader:7400", environment(FOLLOWER).get("SLOTSTREAM_LEADER"));
    assertEquals(
        environment(LEADER).get("SLOTSTREAM_STORE_SHARDS"),
        environment(FOLLOWER).get("SLOTSTREAM_STORE_SHARDS"));
  }

  @ParameterizedTest
  @ValueSource(strings = {LEADER, FOLLOWER})
  void probesWhatTheServiceServes(String name) {
    Map<?, ?> container = container(name);
    for (String probe : List.of("started", "live", "ready")) {
      String key =
          Map.of("started", "startupProbe", "live", "livenessProbe", "ready", "readinessProbe")
              .get(probe);
      assertEquals("/q/health/" + probe, at(container, key, "httpGet", "path"));
      assertEquals("http", at(container, key, "httpGet", "port"));
    }
    assertEquals(Map.of("http", 8080, "replication", 7400), ports(container));
  }

  @ParameterizedTest
  @ValueSource(strings = {LEADER, FOLLOWER})
  void runsWithoutPrivileges(String name) {
    Map<?, ?> pod = pod(name);
    assertEquals(true, at(pod, "securityContext", "runAsNonRoot"));
    assertEquals("RuntimeDefault", at(pod, "securityContext", "seccompProfile", "type"));
    assertEquals(false, at(pod, "automountServiceAccountToken"));
    Map<?, ?> container = container(name);
    assertEquals(true, at(container, "securityContext", "readOnlyRootFilesystem"));
    assertEquals(false, at(container, "securityContext", "allowPrivilegeEscalation"));
    assertEquals(List.of("ALL"), at(container, "securityContext", "capabilities", "drop"));
    assertTrue(((Map<?, ?>) at(container, "resources", "limits")).containsKey("memory"));
  }

  /**
   * A service link is a variable such as SLOTSTREAM_LEADER_PORT: it would be taken for an option.
   */
  @ParameterizedTest
  @ValueSource(strings = {LEADER, FOLLOWER})
  void takesNoVariablesFromServices(String name) {
    assertEquals(false, at(pod(name), "enableServiceLinks"));
  }

  @ParameterizedTest
  @ValueSource(strings = {LEADER, FOLLOWER})
  void keepsItsDataOnAVolumeOfItsOwn(String name) {
    Map<?, ?> claim =
        (Map<?, ?>) list(statefulSet(name), "spec", "volumeClaimTemplates").getFirst();
    assertEquals("data", at(claim, "metadata", "name"));
    assertEquals("/data", environment(name).get("SLOTSTREAM_DATA_DIR"));
    Map<Object, Object> mounts = new HashMap<>();
    list(container(name), "volumeMounts")
        .forEach(
            mount -> mounts.put(at((Map<?, ?>) mount, "mountPath"), at((Map<?, ?>) mount, "name")));
    assertEquals(Map.of("/data", "data", "/tmp", "tmp"), mounts);
  }

  @ParameterizedTest
  @ValueSource(strings = {LEADER, FOLLOWER})
  void stopsBeforeItIsKilled(String name) {
    int grace = (Integer) at(pod(name), "terminationGracePeriodSeconds");
    int delay = seconds(environment(name).get("QUARKUS_SHUTDOWN_DELAY"));
    int timeout = seconds(environment(name).get("QUARKUS_SHUTDOWN_TIMEOUT"));
    assertTrue(grace >= delay + timeout + 10, "grace=" + grace);
  }

  @Test
  void servicesSelectThePodsTheyAreFor() {
    assertEquals("None", at(resources.get("Service/" + LEADER), "spec", "clusterIP"));
    assertEquals("None", at(resources.get("Service/" + FOLLOWER), "spec", "clusterIP"));
    for (String name : List.of(LEADER, FOLLOWER)) {
      Map<?, ?> set = statefulSet(name);
      assertEquals(name, at(set, "spec", "serviceName"));
      assertTrue(selects("Service/" + name, name));
      assertTrue(selects("Service/slotstream-read", name));
      assertEquals(name.equals(LEADER), selects("Service/slotstream-write", name));
      assertTrue(matches((Map<?, ?>) at(set, "spec", "selector", "matchLabels"), podLabels(name)));
    }
  }

  @Test
  void drainsOneNodeAtATime() {
    Map<?, ?> budget = resources.get("PodDisruptionBudget/slotstream");
    assertEquals(1, at(budget, "spec", "maxUnavailable"));
    Map<?, ?> selector = (Map<?, ?>) at(budget, "spec", "selector", "matchLabels");
    assertTrue(matches(selector, podLabels(LEADER)) && matches(selector, podLabels(FOLLOWER)));
  }

  private boolean selects(String service, String statefulSet) {
    return matches(
        (Map<?, ?>) at(resources.get(service), "spec", "selector"), podLabels(statefulSet));
  }

  private static boolean matches(Map<?, ?> selector, Map<?, ?> labels) {
    return labels.entrySet().containsAll(selector.entrySet());
  }

  private Map<?, ?> podLabels(String name) {
    return (Map<?, ?>) at(statefulSet(name), "spec", "template", "metadata", "labels");
  }

  private Map<?, ?> statefulSet(String name) {
    return resources.get("StatefulSet/" + name);
  }

  private Map<?, ?> pod(String name) {
    return (Map<?, ?>) at(statefulSet(name), "spec", "template", "spec");
  }

  private Map<?, ?> container(String name) {
    return (Map<?, ?>) list(pod(name), "containers").getFirst();
  }

  private Map<String, String> environment(String name) {
    Map<String, String> values = new HashMap<>();
    for (Object variable : list(container(name), "env")) {
      Map<?, ?> map = (Map<?, ?>) variable;
      values.put(at(map, "name").toString(), String.valueOf(map.get("value")));
    }
    return values;
  }

  private static Map<Object, Object> ports(Map<?, ?> container) {
    Map<Object, Object> ports = new HashMap<>();
    list(container, "ports")
        .forEach(
            port -> ports.put(at((Map<?, ?>) port, "name"), at((Map<?, ?>) port, "containerPort")));
    return ports;
  }

  private static int seconds(String duration) {
    return Integer.parseInt(duration.substring(0, duration.length() - 1));
  }

  private static List<?> list(Map<?, ?> map, String... path) {
    return (List<?>) at(map, path);
  }

  /** The value at the end of the path; fails, and names the path, when there is none. */
  private static Object at(Map<?, ?> map, String... path) {
    Object value = map;
    for (String step : path) {
      value = value instanceof Map<?, ?> inner ? inner.get(step) : null;
    }
    assertTrue(value != null, () -> String.join(".", path) + " is missing in " + map);
    return value;
  }

  private static List<Object> load(String file) throws IOException {
    List<Object> documents = new ArrayList<>();
    try (var reader = Files.newBufferedReader(FOLDER.resolve(file))) {
      new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader).forEach(documents::add);
    }
    return documents;
  }
}

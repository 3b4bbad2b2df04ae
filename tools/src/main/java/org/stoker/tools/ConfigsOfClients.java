package org.stoker.tools;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeUserScramCredentialsResult;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.jspecify.annotations.Nullable;

/** The part of {@code configs} about users, clients and addresses: quotas and credentials. */
final class ConfigsOfClients {
  private static final Set<String> QUOTAS =
      Set.of(
          "producer_byte_rate",
          "consumer_byte_rate",
          "request_percentage",
          "controller_mutation_rate");
  private static final Set<String> IP_QUOTAS = Set.of("connection_creation_rate");
  private static final Pattern CREDENTIAL =
      Pattern.compile("(?:iterations=(-?[0-9]*),)?password=(.*)");
  private static final int DEFAULT_ITERATIONS = 4096;
  private static final int FEWEST_ITERATIONS = 4096;

  private final Admin admin;
  private final List<String> types;
  private final List<String> names;

  ConfigsOfClients(Admin admin, ConfigsOptions options) {
    this.admin = admin;
    this.types = options.types();
    this.names = options.names();
  }

  void alter(Map<String, String> added, List<String> deleted)
      throws ExecutionException, InterruptedException {
    if (types.contains(ConfigsOptions.IPS)) {
      var keys = new ArrayList<>(added.keySet());
      keys.addAll(deleted);
      keys.removeIf(IP_QUOTAS::contains);
      if (!keys.isEmpty()) {
        throw new ToolFailure(
            "Only connection quota configs can be added for 'ips' using --bootstrap-server."
                + " Unexpected config names: "
                + String.join(",", keys));
      }
      alterQuotas(added, deleted);
      return;
    }
    boolean credentialsAllowed = types.equals(List.of(ConfigsOptions.USERS));
    refuseUnexpected(added.keySet(), "added", credentialsAllowed);
    refuseUnexpected(deleted, "deleted", credentialsAllowed);
    var keys = new ArrayList<>(added.keySet());
    keys.addAll(deleted);
    boolean quotas = keys.stream().anyMatch(QUOTAS::contains);
    boolean credentials = keys.stream().anyMatch(ConfigsOfClients::isScram);
    if (credentials && names.contains("")) {
      throw new ToolFailure(
          "The use of --entity-default or --user-defaults is not allowed with User SCRAM"
              + " Credentials using --bootstrap-server.");
    }
    if (credentials && quotas) {
      throw new ToolFailure(
          "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using"
              + " --bootstrap-server.");
    }
    if (credentials) {
      alterCredentials(names.getFirst(), added, deleted);
    } else {
      alterQuotas(added, deleted);
    }
  }

  private static void refuseUnexpected(
      Iterable<String> keys, String verb, boolean credentialsAllowed) {
    var unexpected = new ArrayList<String>();
    for (String key : keys) {
      if (!QUOTAS.contains(key) && !(credentialsAllowed && isScram(key))) {
        unexpected.add(key);
      }
    }
    if (!unexpected.isEmpty()) {
      throw new ToolFailure(
          (credentialsAllowed
                  ? "Only quota and SCRAM credential configs can be " + verb + " for 'users'"
                  : "Only quota configs can be " + verb + " for 'clients'")
              + " using --bootstrap-server. Unexpected config names: "
              + String.join(",", unexpected));
    }
  }

  private static boolean isScram(String key) {
    return key.equals(ScramMechanism.SCRAM_SHA_256.mechanismName())
        || key.equals(ScramMechanism.SCRAM_SHA_512.mechanismName());
  }

  private void alterQuotas(Map<String, String> added, List<String> deleted)
      throws ExecutionException, InterruptedException {
    Map<String, Double> today = new HashMap<>();
    quotas().values().stream().findFirst().ifPresent(today::putAll);
    List<String> absent = deleted.stream().filter(key -> !today.containsKey(key)).toList();
    if (!absent.isEmpty()) {
      throw new ToolFailure("Invalid config(s): " + String.join(",", absent));
    }
    var entity = new HashMap<String, @Nullable String>();
    for (int i = 0; i < types.size(); i++) {
      entity.put(entityType(types.get(i)), names.get(i).isEmpty() ? null : names.get(i));
    }
    var operations = new ArrayList<ClientQuotaAlteration.Op>();
    added.forEach(
        (key, value) -> operations.add(new ClientQuotaAlteration.Op(key, rate(key, value))));
    deleted.forEach(key -> operations.add(new ClientQuotaAlteration.Op(key, null)));
    admin
        .alterClientQuotas(
            List.of(new ClientQuotaAlteration(new ClientQuotaEntity(entity), operations)))
        .all()
        .get();
  }

  private static Double rate(String key, String value) {
    try {
      return Double.valueOf(value);
    } catch (NumberFormatException e) {
      throw new ToolFailure("Cannot parse quota configuration value for " + key + ": " + value);
    }
  }

  private void alterCredentials(String user, Map<String, String> added, List<String> deleted)
      throws ExecutionException, InterruptedException {
    var alterations = new ArrayList<UserScramCredentialAlteration>();
    for (String mechanism : deleted) {
      alterations.add(
          new UserScramCredentialDeletion(user, ScramMechanism.fromMechanismName(mechanism)));
    }
    added.forEach((mechanism, text) -> alterations.add(credential(user, mechanism, text)));
    admin.alterUserScramCredentials(alterations).all().get();
  }

  private static UserScramCredentialUpsertion credential(
      String user, String mechanism, String text) {
    Matcher matcher = CREDENTIAL.matcher(text);
    if (!matcher.matches()) {
      // Without the text: it holds a password.
      throw new ToolFailure("Invalid credential property for " + mechanism);
    }
    String given = matcher.group(1);
    int iterations =
        given == null || given.equals("-1") ? DEFAULT_ITERATIONS : Integer.parseInt(given);
    if (iterations < FEWEST_ITERATIONS) {
      throw new ToolFailure(
          "Iterations "
              + iterations
              + " is less than the minimum "
              + FEWEST_ITERATIONS
              + " required for "
              + mechanism);
    }
    return new UserScramCredentialUpsertion(
        user,
        new ScramCredentialInfo(ScramMechanism.fromMechanismName(mechanism), iterations),
        matcher.group(2).getBytes(StandardCharsets.UTF_8));
  }

  void describe(PrintStream out) throws ExecutionException, InterruptedException {
    quotas().forEach((entity, rates) -> out.println(line(entity, rates)));
    if (types.equals(List.of(ConfigsOptions.USERS)) && !names.contains("")) {
      describeCredentials(out);
    }
  }

  /** Sorted, what holds for all last. */
  private Map<ClientQuotaEntity, Map<String, Double>> quotas()
      throws ExecutionException, InterruptedException {
    var components = new ArrayList<ClientQuotaFilterComponent>();
    for (int i = 0; i < types.size(); i++) {
      String type = entityType(types.get(i));
      if (i >= names.size()) {
        components.add(ClientQuotaFilterComponent.ofEntityType(type));
      } else if (names.get(i).isEmpty()) {
        components.add(ClientQuotaFilterComponent.ofDefaultEntity(type));
      } else {
        components.add(ClientQuotaFilterComponent.ofEntity(type, names.get(i)));
      }
    }
    var sorted =
        new TreeMap<ClientQuotaEntity, Map<String, Double>>(
            Comparator.comparing(ConfigsOfClients::nameOf));
    sorted.putAll(
        admin.describeClientQuotas(ClientQuotaFilter.containsOnly(components)).entities().get());
    return sorted;
  }

  private static String entityType(String type) {
    return switch (type) {
      case ConfigsOptions.USERS -> ClientQuotaEntity.USER;
      case ConfigsOptions.CLIENTS -> ClientQuotaEntity.CLIENT_ID;
      default -> ClientQuotaEntity.IP;
    };
  }

  static String line(ClientQuotaEntity entity, Map<String, Double> rates) {
    String values =
        new TreeMap<>(rates)
            .entrySet().stream()
                .map(rate -> rate.getKey() + "=" + rate.getValue())
                .collect(Collectors.joining(", "));
    return "Quota configs for " + nameOf(entity) + " are " + values;
  }

  private static String nameOf(ClientQuotaEntity entity) {
    var parts = new ArrayList<String>();
    addPart(parts, entity, ClientQuotaEntity.USER, "user-principal");
    addPart(parts, entity, ClientQuotaEntity.CLIENT_ID, "client-id");
    addPart(parts, entity, ClientQuotaEntity.IP, "ip");
    return String.join(", ", parts);
  }

  private static void addPart(
      List<String> parts, ClientQuotaEntity entity, String type, String shown) {
    if (entity.entries().containsKey(type)) {
      String name = entity.entries().get(type);
      parts.add(name == null ? "the default " + shown : shown + " '" + name + "'");
    }
  }

  private void describeCredentials(PrintStream out)
      throws ExecutionException, InterruptedException {
    DescribeUserScramCredentialsResult result = admin.describeUserScramCredentials(names);
    for (String user : result.users().get()) {
      UserScramCredentialsDescription description = result.description(user).get();
      String credentials =
          description.credentialInfos().stream()
              .map(info -> info.mechanism().mechanismName() + "=iterations=" + info.iterations())
              .collect(Collectors.joining(", "));
      out.println("SCRAM credential configs for user-principal '" + user + "' are " + credentials);
    }
  }
}

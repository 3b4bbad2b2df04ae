package org.stoker.metadata;

import java.util.regex.Pattern;

/**
 * Where the ensemble is, as {@code zookeeper.connect} writes it: {@code
 * host:port,host:port/chroot}.
 *
 * @param hosts the servers, without the chroot
 * @param chroot the node below which everything is kept: "" or a path without a slash at its end
 */
public record ZooKeeperAddress(String hosts, String chroot) {
  private static final Pattern CHROOT = Pattern.compile("(/[^/]+)*");

  public ZooKeeperAddress {
    if (hosts.isBlank()) {
      throw new IllegalArgumentException("no host:port is named");
    }
    if (!CHROOT.matcher(chroot).matches()) {
      throw new IllegalArgumentException("the chroot is not a path: " + chroot);
    }
  }

  /**
   * Reads the property.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static ZooKeeperAddress parse(String connect) {
    int slash = connect.indexOf('/');
    String hosts = slash < 0 ? connect : connect.substring(0, slash);
    String chroot = slash < 0 ? "" : connect.substring(slash);
    return new ZooKeeperAddress(hosts.strip(), chroot.equals("/") ? "" : chroot.strip());
  }

  @Override
  public String toString() {
    return hosts + chroot;
  }
}

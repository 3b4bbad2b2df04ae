package org.stoker.benchmarks.load;

/** Something the load driver can be told to do. */
interface Job {
  /**
   * Does it, and returns when it is done.
   *
   * @throws JobFailed if the broker did not do as expected
   */
  void run(JobArguments arguments, Events events) throws Exception;
}

package org.stoker.log;

/**
 * What a partition knows of a producer, for those who look (DescribeProducers).
 *
 * @param lastSequence −1 if the producer has written nothing in its epoch
 * @param coordinatorEpoch of the last marker; −1 if there was none
 * @param transactionStartOffset −1 if no transaction is open
 */
public record ActiveProducer(
    long producerId,
    int producerEpoch,
    int lastSequence,
    long lastTimestamp,
    int coordinatorEpoch,
    long transactionStartOffset) {
  static ActiveProducer of(ProducerState producer) {
    return new ActiveProducer(
        producer.producerId(),
        producer.epoch(),
        producer.lastSequence(),
        producer.lastTimestamp(),
        producer.coordinatorEpoch(),
        producer.transactionFirstOffset());
  }
}

import { openTestKafkaLog, describeKafka } from '#testing';
import { describeLogConsumers } from '../event-log-consumer.contract.js';
import { describeEventLog } from '../event-log.contract.js';

describeKafka('the contract of the event log', () => {
  describeEventLog('Kafka', openTestKafkaLog);
  describeLogConsumers('Kafka', openTestKafkaLog);
});

import { JOB_STATES } from '../../../platform/jobs/jobs.js';
import { INTEGER, listOf, nullable, objectOf, oneOf, TEXT, TIME } from '../openapi/answers.schema.js';

const QUEUE = objectOf('Queue', {
  name: TEXT,
  waiting: INTEGER,
  delayed: {
    ...INTEGER,
    description:
      'Due within two seconds, or tried again later. All that is pending: keyforge_process_pending in /metrics.',
  },
  active: INTEGER,
  failed: INTEGER,
});

export const QUEUES = listOf(QUEUE);

export const QUEUE_JOB = objectOf('QueueJob', {
  id: TEXT,
  state: oneOf(...JOB_STATES),
  due_at: TIME,
  attempts: INTEGER,
  last_error: nullable(TEXT),
  failed_at: nullable(TIME),
});

export const RETRIED = objectOf('RetriedJobs', { retried: INTEGER });

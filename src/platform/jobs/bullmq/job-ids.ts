/** BullMQ takes neither colons nor ids of digits alone. */
const PREFIX = 'w.';

export const toJobId = (id: string): string => PREFIX + id.replaceAll('%', '%25').replaceAll(':', '%3A');

export const fromJobId = (jobId: string): string =>
  jobId.slice(PREFIX.length).replaceAll('%3A', ':').replaceAll('%25', '%');

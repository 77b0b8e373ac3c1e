import { EmbeddedEventStore } from '../../src/platform/event-store/embedded/embedded-event-store.js';

/** The log that a process left in a folder. */
export const openStoredLog = (directory: string): EmbeddedEventStore =>
  EmbeddedEventStore.open({ directory });

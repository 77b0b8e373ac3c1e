import {
  INTEGER,
  type JsonSchema,
  listOf,
  nullable,
  objectOf,
  TEXT,
  TIME,
} from '../openapi/answers.schema.js';

const ANYTHING: JsonSchema = { description: 'As stored, secrets masked' };

const AUDIT_EVENT = objectOf('AuditEvent', {
  position: TEXT,
  stream: TEXT,
  revision: INTEGER,
  id: TEXT,
  type: TEXT,
  at: TIME,
  actor: objectOf('AuditActor', { kind: TEXT, id: TEXT }),
  surface: TEXT,
  command_id: TEXT,
  correlation_id: TEXT,
  causation_id: nullable(TEXT),
  data: ANYTHING,
});

export const AUDIT_EVENTS = objectOf('AuditEvents', {
  events: listOf(AUDIT_EVENT),
  next_cursor: nullable(TEXT),
});

export const AUDIT_STREAM = objectOf('AuditStream', {
  stream: TEXT,
  head_revision: INTEGER,
  revision: INTEGER,
  state: ANYTHING,
  events: listOf(AUDIT_EVENT),
});

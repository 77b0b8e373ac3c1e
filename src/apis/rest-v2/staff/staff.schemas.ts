import { BOOLEAN, INTEGER, objectOf, oneOf, TEXT, TIME } from '../openapi/answers.schema.js';

export const STAFF_MEMBER = objectOf('StaffMember', {
  id: INTEGER,
  login: TEXT,
  name: TEXT,
  role: oneOf('super_admin', 'admin', 'manager', 'auditor'),
  status: oneOf(1, 2),
  totp_enabled: BOOLEAN,
  created_at: TIME,
  updated_at: TIME,
});

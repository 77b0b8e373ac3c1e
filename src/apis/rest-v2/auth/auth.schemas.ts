import { INTEGER, type JsonSchema, objectOf, oneOf, TEXT } from '../openapi/answers.schema.js';

const ROLE: JsonSchema = oneOf('super_admin', 'admin', 'manager', 'auditor', 'partner');

export const USER = objectOf('User', { id: INTEGER, login: TEXT, role: ROLE });

export const LOGGED_IN = objectOf('LoggedIn', { accessToken: TEXT, refreshToken: TEXT, user: USER });

export const ENROLLED_TOTP = objectOf('EnrolledTotp', { secret: TEXT, otpauth_uri: TEXT });

/** Of what was done and has nothing to show. */
export const NOTHING: JsonSchema = { type: 'null' };

import { IsString, MaxLength, MinLength } from 'class-validator';
import { MAX_PASSWORD_BYTES } from '../../platform/security/limits.js';
import { rules } from './body.js';

/** Shortest password that can be set. Older and shorter ones stay valid. */
const MIN_PASSWORD_LENGTH = 8;

/** A password that is to be set. The upper bound counts bytes, which the context checks. */
export const IsNewPassword = (): PropertyDecorator =>
  rules(IsString(), MinLength(MIN_PASSWORD_LENGTH), MaxLength(MAX_PASSWORD_BYTES));

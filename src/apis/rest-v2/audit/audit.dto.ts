import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { QueryNumber } from '../body.js';
import { MAX_PAGE_SIZE } from '../limits.js';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const POSITION = /^[0-9a-f]{16}$/;
const MAX_STREAM_LENGTH = 400;
const MAX_NAME_LENGTH = 200;
const MAX_CURSOR_LENGTH = 200;

const IsInstant = () =>
  Matches(INSTANT, { message: '$property must be a time such as 2026-12-31T23:59:59Z' });
const IsPosition = () => Matches(POSITION, { message: '$property must be a position of the log' });

class LimitQuery {
  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit?: number;
}

export class AuditEventsQuery extends LimitQuery {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_STREAM_LENGTH)
  stream?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  type?: string;

  /** Id of the account or part of the product that acted. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  actor?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  correlation?: string;

  @IsOptional()
  @IsInstant()
  from?: string;

  @IsOptional()
  @IsInstant()
  to?: string;

  /** Events after this position. */
  @IsOptional()
  @IsPosition()
  after?: string;

  /** Events up to this position. */
  @IsOptional()
  @IsPosition()
  up_to?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_CURSOR_LENGTH)
  cursor?: string;
}

export class AuditStreamQuery extends LimitQuery {
  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(0)
  revision?: number;

  @IsOptional()
  @IsInstant()
  at?: string;
}

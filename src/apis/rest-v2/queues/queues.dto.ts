import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { JOB_STATES, type JobState } from '../../../platform/jobs/jobs.js';
import { QueryNumber } from '../body.js';
import { MAX_PAGE, MAX_PAGE_SIZE } from '../limits.js';

export class QueueJobsQuery {
  /** Default: failed. */
  @IsOptional()
  @IsIn(JOB_STATES)
  state?: JobState;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  page?: number;

  @IsOptional()
  @QueryNumber()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit?: number;
}

import {
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { Role } from '../../../platform/auth/account-source.js';
import { type Job, Jobs, JobsUnavailable } from '../../../platform/jobs/jobs.js';
import { QueueNames } from '../../../platform/jobs/queue-names.js';
import { isoTime } from '../../../platform/kernel/clock.js';
import { ADMINS, Allow } from '../access.js';
import { type Page, success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { DEFAULT_PAGE_SIZE } from '../limits.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { QueueJobsQuery } from './queues.dto.js';
import { QUEUE_JOB, QUEUES, RETRIED } from './queues.schemas.js';

const AUDITORS: readonly Role[] = [...ADMINS, 'auditor'];
const UNAVAILABLE = 'The queues cannot be reached; what is due is done without them';

/** What is left to do in the background, and what of it failed. */
@ApiController('api/queues')
export class QueuesController {
  constructor(
    private readonly jobs: Jobs,
    private readonly names: QueueNames,
  ) {}

  @Get()
  @Allow(AUDITORS)
  @AnswersOne(QUEUES)
  async list() {
    const counted = this.names.all.map(async (name) => ({ name, ...(await this.jobs.counts(name)) }));
    return success(await reached(Promise.all(counted)));
  }

  /** The earliest due first, failed ones the last failed first. */
  @Get(':name/jobs')
  @Allow(AUDITORS)
  @AnswersList(QUEUE_JOB)
  async jobsOf(@Param('name') name: string, @Query() query: QueueJobsQuery): Promise<Page<unknown>> {
    this.assertKnown(name);
    const { state = 'failed', page = 1, limit = DEFAULT_PAGE_SIZE } = query;
    const counts = await reached(this.jobs.counts(name));
    const found = await reached(this.jobs.list(name, state, { offset: (page - 1) * limit, limit }));
    const total = counts[state];
    const pagination = { page, limit, total, totalPages: Math.ceil(total / limit) };
    return { success: true, data: found.map(viewOf), pagination };
  }

  @Post(':name/jobs/:id/retry')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(RETRIED)
  async retry(@Param('name') name: string, @Param('id') id: string) {
    this.assertKnown(name);
    if (!(await reached(this.jobs.retry(name, id)))) throw new NotFoundException('Failed job not found');
    return success({ retried: 1 });
  }

  @Post(':name/retry')
  @HttpCode(200)
  @Allow(ADMINS)
  @AnswersOne(RETRIED)
  async retryAll(@Param('name') name: string) {
    this.assertKnown(name);
    return success({ retried: await reached(this.jobs.retryAll(name)) });
  }

  private assertKnown(name: string): void {
    if (!this.names.has(name)) throw new NotFoundException('Queue not found');
  }
}

async function reached<R>(answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof JobsUnavailable)
      throw new ServiceUnavailableException(UNAVAILABLE, { cause: error });
    throw error;
  }
}

const viewOf = ({ id, state, dueMs, attempts, lastError, failedAtMs }: Job) => ({
  id,
  state,
  due_at: isoTime(dueMs),
  attempts,
  last_error: lastError,
  failed_at: failedAtMs === null ? null : isoTime(failedAtMs),
});

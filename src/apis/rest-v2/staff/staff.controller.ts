import { Body, Delete, Get, NotFoundException, Param, Post, Put, Query } from '@nestjs/common';
import type { StaffDocument } from '../../../../projections/partners/staff.projection.js';
import { DisableTotp, RegisterStaff, UpdateStaff } from '../../../contexts/partners/index.js';
import type { Role } from '../../../platform/auth/account-source.js';
import { ReadModels } from '../../../platform/projections/read-models.js';
import { ADMINS, Allow, CalledBy, Caller } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';
import { PublicIdPipe } from '../body.js';
import { containing, Listing } from '../listing.js';
import { AnswersList, AnswersOne } from '../openapi/answers.schema.js';
import { Writes } from '../writes.js';
import { CreateStaffBody, StaffListQuery, UpdateStaffBody } from './staff.dto.js';
import { STAFF_MEMBER } from './staff.schemas.js';

const READERS: readonly Role[] = [...ADMINS, 'auditor'];
const SORTABLE = { id: 'id', name: 'name', login: 'login', role: 'role', created_at: 'createdAt' };
const STATUSES = { 1: 'active', 2: 'blocked' } as const;

const viewOf = (member: StaffDocument) => ({
  id: member.id,
  login: member.login,
  name: member.name,
  role: member.role,
  status: member.status === 'active' ? 1 : 2,
  totp_enabled: member.totpEnabled,
  created_at: member.createdAt,
  updated_at: member.updatedAt,
});

/** Who runs the platform. Admins manage managers and auditors, a super_admin manages everybody. */
@ApiController('api/staff')
export class StaffController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly models: ReadModels,
  ) {}

  @Get()
  @Allow(READERS)
  @AnswersList(STAFF_MEMBER, SORTABLE)
  list(@Query() { status, role, ...query }: StaffListQuery) {
    const filter = {
      ...(status === undefined ? {} : { status: STATUSES[status] }),
      ...(role === undefined ? {} : { role }),
      ...containing('search', query.search),
    };
    return this.listing.page(query, { projection: 'staff', filter, sortable: SORTABLE }, viewOf);
  }

  @Get(':id')
  @Allow(READERS)
  @AnswersOne(STAFF_MEMBER)
  async get(@Param('id', PublicIdPipe) id: number) {
    return success(viewOf(await this.find(id)));
  }

  @Post()
  @Allow(ADMINS)
  @AnswersOne(STAFF_MEMBER)
  async create(@CalledBy() caller: Caller, @Body() body: CreateStaffBody) {
    const { staff } = await this.writes.run(caller, (context) => new RegisterStaff(context, body));
    return success(viewOf(await this.find(staff.publicId)));
  }

  /** A new status, role or password ends all logins of the member. */
  @Put(':id')
  @Allow(ADMINS)
  @AnswersOne(STAFF_MEMBER)
  async update(
    @CalledBy() caller: Caller,
    @Param('id', PublicIdPipe) id: number,
    @Body() { status, ...body }: UpdateStaffBody,
  ) {
    const { _id } = await this.find(id);
    const update = { ...body, status: status && STATUSES[status] };
    await this.writes.run(caller, (context) => new UpdateStaff(context, String(_id), update));
    return success(viewOf(await this.find(id)));
  }

  /** For who has lost the authenticator app; one's own codes are given up at /api/auth/totp/disable. */
  @Delete(':id/totp')
  @Allow(['super_admin'])
  @AnswersOne(STAFF_MEMBER)
  async clearTotp(@CalledBy() caller: Caller, @Param('id', PublicIdPipe) id: number) {
    const { _id } = await this.find(id);
    await this.writes.run(caller, (context) => new DisableTotp(context, String(_id), null));
    return success(viewOf(await this.find(id)));
  }

  private async find(id: number): Promise<StaffDocument> {
    const found = await this.models.findOne<StaffDocument>('staff', { id });
    if (!found) throw new NotFoundException('User not found');
    return found;
  }
}

import {
  BadRequestException,
  Body,
  ConflictException,
  Get,
  HttpCode,
  type HttpException,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import type { KeyDocument } from '../../../../projections/inventory/keys.projection.js';
import { AddKeys, type SkipReason } from '../../../contexts/inventory/index.js';
import { ADMINS, Allow, CalledBy, Caller, STAFF } from '../access.js';
import { success } from '../answers.js';
import { ApiController } from '../api-controller.js';

import { CatalogReader } from '../catalog/catalog.reader.js';
import { Listing } from '../listing.js';
import { Writes } from '../writes.js';
import { KeyViews } from './key.views.js';
import { type BulkKey, CreateKeyBody, CreateKeysBody, KeyListQuery } from './keys.dto.js';

const DUPLICATE = () => new ConflictException('key_text: this key came in before');

/** Why the only key of a request was not taken. */
const REFUSALS = {
  duplicate: DUPLICATE,
  duplicate_in_request: DUPLICATE,
  invalid_text: () => new BadRequestException('key_text: must be text of 1 to 2000 characters'),
  invalid_serial: () => new BadRequestException('serial_number: must be one line of at most 200 characters'),
  invalid_expiry: () => new BadRequestException('expires_at: must be a date such as 2027-12-31'),
  expired: () => new BadRequestException('expires_at: is over already'),
} as const satisfies Record<SkipReason, () => HttpException>;

const given = ({ key_text: text, serial_number: serial, expires_at: expiresOn }: BulkKey) => ({
  text,
  serial,
  expiresOn,
});

@ApiController('api/keys')
export class KeysController {
  constructor(
    private readonly writes: Writes,
    private readonly listing: Listing,
    private readonly catalog: CatalogReader,
    private readonly views: KeyViews,
  ) {}

  @Get()
  @Allow(STAFF)
  async list(@Query() query: KeyListQuery) {
    const { package_id: pkg, search } = query;
    if (search !== undefined) throw new BadRequestException('search: keys cannot be searched yet');
    const filter = {
      ...(pkg === undefined ? {} : { packageId: await this.catalog.idOf('packages', pkg, 'package_id') }),
      ...this.views.filterOf(query.status),
    };
    const source = { projection: 'keys', filter, sortable: { id: '_id' } };
    return this.listing.page(query, source, (key: KeyDocument) => this.views.key(key));
  }

  @Get(':id')
  @Allow(STAFF)
  async get(@Param('id') id: string) {
    return success(await this.views.key(await this.views.find(id)));
  }

  @Post()
  @Allow(ADMINS)
  async create(@CalledBy() caller: Caller, @Body() body: CreateKeyBody) {
    const { added, skipped } = await this.add(caller, body.package_id, [body]);
    if (skipped[0]) throw REFUSALS[skipped[0].reason]();
    const key = await this.views.find(String(added[0]?.keyId));
    return success(await this.views.key(key, body.key_text));
  }

  @Post('bulk')
  @HttpCode(200)
  @Allow(ADMINS)
  async createMany(@CalledBy() caller: Caller, @Body() body: CreateKeysBody) {
    const { added, skipped } = await this.add(caller, body.package_id, body.keys);
    return success({ added: added.length, skipped });
  }

  private async add(caller: Caller, packageNumber: number, keys: readonly BulkKey[]) {
    const packageId = await this.catalog.idOf('packages', packageNumber, 'package_id');
    const request = { packageId, keys: keys.map(given) };
    return this.writes.run(caller, (context) => new AddKeys(context, request));
  }
}
